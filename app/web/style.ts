/** One sheet for all pages: system fonts, light and dark, from a phone to a wide screen. */
export const style = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1c2128;--soft:#59636e;--line:#d8dee4;--panel:#f6f8fa;--ok:#1a7f37;--bad:#c62828;--wait:#8a5a00;--accent:#0550ae;--go:#1f7a37;--add:#dafbe1;--del:#ffebe9}
@media (prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--soft:#9198a1;--line:#30363d;--panel:#151b23;--ok:#3fb950;--bad:#ff7b72;--wait:#d29922;--accent:#79c0ff;--go:#238636;--add:#12361f;--del:#4b1a1a}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main,header>div{max-width:70rem;margin:0 auto;padding:0 1rem}
header{border-bottom:1px solid var(--line);padding:1.2rem 0;margin-bottom:1.2rem}
h1{font-size:1.5rem;margin:.2rem 0;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:2rem 0 .6rem}
a{color:var(--accent)}
code,pre,.mono{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
code{overflow-wrap:anywhere}
.soft{color:var(--soft)}
.pill{display:inline-block;border:1px solid currentColor;border-radius:1rem;padding:0 .6rem;font-size:.85rem;font-weight:600}
.ok{color:var(--ok)}.bad{color:var(--bad)}.wait{color:var(--wait)}
.steps{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.6rem;list-style:none;padding:0;margin:0}
.steps li{border:1px solid var(--line);border-left-width:4px;border-radius:.4rem;padding:.6rem .8rem;background:var(--panel)}
.steps li.completed,.steps li.approved{border-left-color:var(--ok)}.steps li.rejected{border-left-color:var(--bad)}.steps li.now{border-left-color:var(--wait)}
.steps b{display:block;text-transform:capitalize}
.box{border:1px solid var(--line);border-radius:.4rem;padding:.8rem 1rem;background:var(--panel);overflow-wrap:anywhere}
.box.bad{border-color:var(--bad);color:inherit}
dl{display:grid;grid-template-columns:minmax(7rem,max-content) 1fr;gap:.25rem 1rem;margin:0}
dt{color:var(--soft)}dd{margin:0;min-width:0;overflow-wrap:anywhere}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.35rem .8rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:600;font-size:.85rem}
td code,td time,td button,td .pill,td.mono{white-space:nowrap;overflow-wrap:normal}
.box+.scroll{margin-top:.8rem}
.act>p:first-child{margin-top:.2rem}
details{border:1px solid var(--line);border-radius:.4rem;margin:.4rem 0;overflow:hidden}
details>p{margin:.4rem .8rem}
summary{cursor:pointer;padding:.4rem .8rem;background:var(--panel);overflow-wrap:anywhere}
summary:focus-visible,a:focus-visible,.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
pre{margin:0;padding:.4rem 0;overflow-x:auto}
pre span{display:block;padding:0 .8rem;white-space:pre;min-width:max-content}
pre span::before{content:attr(data-n);display:inline-block;color:var(--soft);margin-right:.8rem}
pre .a{background:var(--add)}pre .d{background:var(--del)}pre .h{color:var(--soft)}
nav{border-bottom:1px solid var(--line);background:var(--panel)}
nav>div{max-width:70rem;margin:0 auto;padding:.4rem 1rem;display:flex;gap:1.2rem;align-items:center;flex-wrap:wrap}
nav form{margin-left:auto;display:flex;gap:.6rem;align-items:center}nav a{text-decoration:none}
footer>div{max-width:70rem;margin:0 auto;padding:0 1rem}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.4rem;background:var(--bg);padding:.3rem .6rem}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
button{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--line);border-radius:.4rem;padding:.35rem .9rem;cursor:pointer;min-height:2.2rem}
button.main{background:var(--go);border-color:var(--go);color:#fff;font-weight:600}button.danger{color:var(--bad);border-color:currentColor}button.small{font-size:.85rem;padding:.1rem .6rem;min-height:1.8rem}
button:hover{border-color:var(--accent)}button:focus-visible,input:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
input{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--line);border-radius:.4rem;padding:.3rem .6rem;min-width:0;width:100%;max-width:32rem;display:block;margin:.2rem 0 .6rem}
.act details form{padding:.6rem .8rem}.row{display:flex;gap:.6rem;flex-wrap:wrap;margin:.4rem 0}.said{margin:1rem 0}
img.graph{max-width:100%;height:auto;border:1px solid var(--line);border-radius:.4rem;background:var(--bg)}
figure{margin:.6rem 0}.chart.share{width:10rem}figcaption{font-size:.85rem}
.chart{display:block;width:100%;max-width:44rem;height:auto}
.chart text{fill:var(--soft);font:12px system-ui,-apple-system,"Segoe UI",sans-serif}.chart .end{text-anchor:end}.chart .middle{text-anchor:middle}
.chart .grid{stroke:var(--line)}.chart .bar{fill:var(--accent)}.chart .range{stroke:var(--accent);stroke-width:6;stroke-linecap:round;opacity:.45}.chart .tick{stroke:var(--fg);stroke-width:2}
.chart .dot{fill:var(--ok);stroke:var(--bg);stroke-width:2}.chart .above{fill:var(--bad)}.chart .below{fill:var(--wait)}
footer{margin:3rem 0 2rem;color:var(--soft);font-size:.9rem}
@media (max-width:40rem){dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}h1{font-size:1.25rem}th,td{font-size:.9rem;padding-right:.6rem}td time{white-space:nowrap}td:last-child{white-space:nowrap}td>a:first-child{display:inline-block;min-width:9rem}figure{overflow-x:auto}.chart:not(.share){min-width:36rem}}
`
