import{createRequire as atomicCreateRequire}from'node:module';const require=atomicCreateRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;
import{b as a,c as b}from"./chunk-ZJHKLMUA.js";import"./chunk-5DBWKNIC.js";export{a as context,b as getOctokit};
