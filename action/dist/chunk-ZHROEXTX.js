import{createRequire as atomicCreateRequire}from'node:module';const require=atomicCreateRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;
import{mkdirSync as m,writeFileSync as c}from"node:fs";import{join as i}from"node:path";function u(n,o,e){let r=i(n.temp,"atomic");m(r,{recursive:!0});let t=i(r,o);return c(t,e),t}export{u as a};
