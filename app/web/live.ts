import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const idiomorph = readFileSync(createRequire(import.meta.url).resolve('idiomorph/dist/idiomorph.min.js'), 'utf8')

/**
 * Follows the mission's events and takes over what is new; what the reader has opened, focused or
 * typed stays. Without scripts the page is the same, as of when it was loaded.
 */
const follow = `
(()=>{const b=document.body,s=new EventSource(b.dataset.follow),say=document.getElementById('live');let t,n=0;
const take=async()=>{const mine=++n,r=await fetch(location.pathname,{headers:{accept:'text/html'}});if(!r.ok||mine!==n)return;
const d=new DOMParser().parseFromString(await r.text(),'text/html');
for(const q of['header','main'])Idiomorph.morph(document.querySelector(q),d.querySelector(q),{ignoreActiveValue:true,callbacks:{beforeAttributeUpdated:(a,e)=>!(a==='open'&&e.tagName==='DETAILS')}});
document.title=d.title;say.textContent='Updated: '+(document.querySelector('#timeline-rows tr:last-child td:nth-child(2)')?.textContent??'')};
for(const k of b.dataset.types.split(' '))s.addEventListener(k,()=>{clearTimeout(t);t=setTimeout(take,150)})})()`

export const liveScript = `${idiomorph}\n${follow}`
