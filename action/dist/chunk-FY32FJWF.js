import{createRequire as atomicCreateRequire}from'node:module';const require=atomicCreateRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;
import{c as a,d as b}from"./chunk-ND5W6H7C.js";import"./chunk-GVGQKYJU.js";export{a as context,b as getOctokit};
