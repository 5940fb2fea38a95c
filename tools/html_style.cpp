// SPDX-License-Identifier: Apache-2.0

#include "tools/html_parts.h"

namespace trine::tools::html {

// One column that shrinks with the window; a table that is wider than it scrolls by itself.
const char* const kStyle = R"(<style>
:root{color-scheme:light dark;--ink:#1d2330;--paper:#fff;--dim:#56606f;--line:#d8dce3;--soft:#f2f4f8}
@media(prefers-color-scheme:dark){:root{--ink:#e4e7ec;--paper:#15181e;--dim:#a2abb9;--line:#3a414d;--soft:#20252e}}
body{font:15px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:1100px;margin:2em auto;padding:0 1em;overflow-wrap:anywhere}
h1{font-size:1.5em;margin-bottom:.2em}h2{font-size:1.15em;margin-top:2em;border-bottom:1px solid var(--line)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15em 1em;margin:1em 0}dt{color:var(--dim)}dd{margin:0}
.tiles{display:flex;flex-wrap:wrap;gap:.8em;margin:1em 0}.tiles div{background:var(--soft);border-radius:6px;padding:.6em 1em;color:var(--dim)}
.tiles b{display:block;font-size:1.35em;color:var(--ink)}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th{font-weight:600;color:var(--dim);cursor:pointer;vertical-align:bottom}th[data-order]::after{content:' \2193'}th[data-order=up]::after{content:' \2191'}
td,th{padding:.2em .4em;text-align:right;border-bottom:1px solid var(--line);overflow-wrap:normal}td:first-child,th:first-child,.text,td.bar,th.bar{text-align:left}
td.text{overflow-wrap:anywhere;min-width:5em}td.bar{min-width:9em;white-space:nowrap}td.bar i{display:inline-block;height:.8em;margin-right:.4em;min-width:1px}
.legend span{display:inline-block;margin-right:1.2em}.legend i,.dot{display:inline-block;width:.8em;height:.8em;margin-right:.35em;border-radius:50%}
.side{display:flex;flex-wrap:wrap;gap:1em;align-items:flex-start}.side svg{flex:1 1 420px;min-width:0}.side .wide{flex:1 1 320px;min-width:0}
a{color:inherit}svg{width:100%;height:auto}svg text{font-size:13px;fill:var(--ink)}.mid{text-anchor:middle}.end{text-anchor:end}.grid{stroke:var(--line);fill:none}.roof{stroke:var(--ink);stroke-width:2;fill:none}
@media(max-width:700px){table{font-size:12px}td,th{padding:.2em .25em}td.bar{min-width:6em}svg text{font-size:17px}}
</style>
)";

// A link into Perfetto hands the trace of this page over to the tab that it opens, which says PONG
// when it is ready (Perfetto's documentation, "Deep linking to the Perfetto UI"). The trace goes to
// that tab and nowhere else.
//
// A click on a heading sorts the table by it, numbers downwards first; another turns it around.
const char* const kScript = R"(<script>
for(const head of document.querySelectorAll('th'))head.onclick=()=>{
const body=head.closest('table').tBodies[0],at=head.cellIndex,up=head.dataset.order=='down';
const value=row=>{const cell=row.cells[at],text=cell.dataset.value||cell.textContent;
const number=parseFloat(text.replace(/[,\s%]/g,''));return isNaN(number)?text:number};
for(const other of head.parentNode.cells)delete other.dataset.order;
head.dataset.order=up?'up':'down';
const rows=[...body.rows].sort((a,b)=>{const x=value(a),y=value(b);return(x<y?1:x>y?-1:0)*(up?-1:1)});
body.append(...rows)};
const trace=document.getElementById('trace');
for(const link of trace?document.querySelectorAll('a.perfetto'):[])link.onclick=click=>{
const site=new URL(link.href.baseVal||link.href).origin,tab=open(link.href.baseVal||link.href);
if(!tab)return;
click.preventDefault();
const ping=setInterval(()=>{if(tab.closed)clearInterval(ping);else tab.postMessage('PING',site)},100);
const ready=message=>{if(message.origin!=site||message.data!='PONG')return;
clearInterval(ping);removeEventListener('message',ready);
tab.postMessage({perfetto:{buffer:new TextEncoder().encode(trace.textContent).buffer,title:document.title}},site)};
addEventListener('message',ready)};
</script>
)";

}  // namespace trine::tools::html
