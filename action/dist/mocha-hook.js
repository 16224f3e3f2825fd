import{createRequire as atomicCreateRequire}from'node:module';const require=atomicCreateRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;
import"./chunk-5DBWKNIC.js";import{appendFileSync as i}from"node:fs";var s={afterEach(){let t=this.currentTest,e=process.env.ATOMIC_MOCHA_REPORT;if(e===void 0||t===void 0)return;let n={suite:t.parent?.fullTitle()||"mocha",name:t.title,seconds:(t.duration??0)/1e3,...t.state==="failed"?{failure:t.err?.stack??"failed"}:{}};i(e,`${JSON.stringify(n)}
`)}};export{s as mochaHooks};
