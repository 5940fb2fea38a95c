// SPDX-License-Identifier: Apache-2.0

// The page of a report, laid out by a browser without a screen at several widths.

#include <algorithm>
#include <functional>

#include "tests/system/cli/command.h"

using namespace trine::test;
using nlohmann::json;

namespace {

/// Measures the page where it is shown: what sticks out of the window, of its box or of its
/// drawing, and which texts lie on one another. The result is the text of the page's title.
constexpr const char* kMeasure = R"(<script>
addEventListener('load',()=>{
const faults=[],wide=innerWidth,boxes=[];
const say=(what,node)=>faults.push(what+': '+(node.textContent||'').trim().slice(0,60));
if(document.documentElement.scrollWidth>wide)faults.push('the page is '+document.documentElement.scrollWidth+' wide');
const walker=document.createTreeWalker(document.body,NodeFilter.SHOW_TEXT);
for(let node;node=walker.nextNode();){
 const owner=node.parentElement;
 if(!node.data.trim()||['SCRIPT','STYLE','TITLE'].includes(owner.tagName)||owner.tagName=='title')continue;
 const range=document.createRange();range.selectNodeContents(node);
 for(const box of range.getClientRects()){
  if(box.width<1)continue;
  const scrolled=owner.closest('.wide');
  if(!scrolled&&(box.left<0||box.right>wide+.5))say('outside the window',node);
  const drawing=owner.closest('svg');
  if(drawing){const all=drawing.getBoundingClientRect();
   if(box.left<all.left-1||box.right>all.right+1||box.top<all.top-1||box.bottom>all.bottom+1)say('outside its drawing',node)}
  const cell=owner.closest('td,th');
  if(cell){const all=cell.getBoundingClientRect();
   if(box.left<all.left-1||box.right>all.right+1)say('outside its cell',node)}
  boxes.push([box,node]);}}
for(let i=0;i<boxes.length;i++)for(let k=i+1;k<boxes.length;k++){
 const a=boxes[i][0],b=boxes[k][0];
 if(Math.min(a.right,b.right)-Math.max(a.left,b.left)>1&&Math.min(a.bottom,b.bottom)-Math.max(a.top,b.top)>a.height*.35)
  say('on another text ('+boxes[k][1].data.trim().slice(0,30)+')',boxes[i][1])}
const head=[...document.querySelectorAll('th')].find(x=>x.textContent=='cycles');
const column=()=>[...head.closest('table').tBodies[0].rows].map(r=>parseInt(r.cells[head.cellIndex].textContent.replace(/,/g,'')));
head.click();const down=column();head.click();const up=column();
if(down.some((x,i)=>i&&x>down[i-1])||up.some((x,i)=>i&&x<up[i-1]))faults.push('the table is not sorted');
const style=getComputedStyle(document.body);
document.title=JSON.stringify({faults,texts:boxes.length,ink:style.color,paper:style.backgroundColor});});
</script>)";

struct Layout {
  json found;
  std::uintmax_t picture = 0;  // Bytes of the screenshot.
};

std::string browser_command(const Scratch& scratch, int width, bool dark) {
  return std::string(TRINE_BROWSER) +
         " --no-sandbox --disable-gpu --user-data-dir=" + (scratch / "profile").string() +
         " --window-size=" + std::to_string(width) + ",4000" +
         (dark ? " --blink-settings=preferredColorScheme=0" : "") + " ";
}

/// What the scripts of a page make of its title.
json shown(const Scratch& scratch, const std::string& page, int width, bool dark) {
  const std::string file = (scratch / "shown.html").string(), dom = (scratch / "dom").string();
  std::ofstream(file) << page;
  REQUIRE(std::system((browser_command(scratch, width, dark) +
                       "--virtual-time-budget=60000 --dump-dom file://" + file + " >" + dom +
                       " 2>/dev/null")
                          .c_str()) == 0);
  const std::string text = read_file(dom);
  const std::size_t begin = text.find("<title>") + 7, end = text.find("</title>");
  REQUIRE(end != std::string::npos);
  std::string title = text.substr(begin, end - begin);
  for (std::size_t at; (at = title.find("&amp;")) != std::string::npos;) title.erase(at + 1, 4);
  INFO(title);
  REQUIRE(json::accept(title));
  return json::parse(title);
}

Layout lay_out(const Scratch& scratch, const std::string& page, int width, bool dark) {
  std::string text = page;
  text.insert(text.rfind("</html>"), kMeasure);
  const json found = shown(scratch, text, width, dark);
  const std::string picture = (scratch / "picture.png").string();
  REQUIRE(std::system((browser_command(scratch, width, dark) + "--screenshot=" + picture +
                       " file://" + (scratch / "shown.html").string() + " 2>/dev/null")
                          .c_str()) == 0);
  return {found, fs::file_size(picture)};
}

/// A report like those of large models: long numbers, many layers.
json large_report(const Scratch& scratch) {
  const std::string model = packed_model(scratch), file = (scratch / "report.json").string();
  trine_json({"simulate", model, "--tokens", "296,1133", "--device", "golden", "-o", file});
  json report = json::parse(read_file(file));
  report["model"]["name"] = "a-model-with-a-rather-long-name-instruct-d4";
  std::uint64_t start = 0;
  const auto commands = report["commands"];
  const std::size_t layers = 6, copies = 6;
  report["commands"] = json::array();
  const auto append = [&](json one) {
    one["start"] = 1'001'000 * start;
    one["index"] = start++;
    one["cycles"] = 1'000'000 + 977 * start;
    one["unit_cycles"] = 900'000;
    for (const char* key : {"stall_memory", "stall_table", "stall_rows"}) one[key] = 123'456;
    report["commands"].push_back(std::move(one));
  };
  // What is outside stands in front of the layers or behind them.
  const auto in_layer = [](const json& command) { return !command["layer"].is_null(); };
  const auto first = std::ranges::find_if(commands, in_layer);
  const auto last = std::find_if(first, commands.end(), std::not_fn(in_layer));
  std::for_each(commands.begin(), first, append);
  for (std::size_t copy = 0; copy < copies; ++copy) {
    std::for_each(first, last, [&](json one) {
      one["layer"] = copy * layers + one["layer"].get<std::size_t>();
      append(std::move(one));
    });
  }
  std::for_each(last, commands.end(), append);
  report["layers"] = {{"first", 0}, {"end", layers * copies}, {"of", layers * copies}};
  report["elapsed"] = 2'000'000 * start;
  return report;
}

/// Clicks every link into Perfetto, whose tab is played here: what was opened, and what it got.
constexpr const char* kClick = R"(<script>
addEventListener('load',async()=>{
const links=[...document.querySelectorAll('a.perfetto')],opened=[],sent=[];
window.open=url=>{opened.push(url);return{closed:false,postMessage:(what,site)=>{
 if(what=='PING'){dispatchEvent(new MessageEvent('message',{data:'PONG',origin:'https://elsewhere'}));
  dispatchEvent(new MessageEvent('message',{data:'PONG',origin:'https://ui.perfetto.dev'}))}
 else sent.push([site,what])}}};
let stayed=true;
for(const link of links){
 const click=new MouseEvent('click',{bubbles:true,cancelable:true});
 link.dispatchEvent(click);stayed=stayed&&click.defaultPrevented;
 while(sent.length<opened.length)await new Promise(done=>setTimeout(done,20))}
const file=document.getElementById('trace').textContent;
document.title=JSON.stringify({stayed,opened,
 sites:[...new Set(sent.map(x=>x[0]))],titles:[...new Set(sent.map(x=>x[1].perfetto.title))],
 same:sent.every(x=>new TextDecoder().decode(x[1].perfetto.buffer)==file),
 events:JSON.parse(file).traceEvents.length});});
</script>)";

}  // namespace

TEST_CASE("page: links open the trace in Perfetto, at their place") {
  const Scratch scratch;
  const std::string page = (scratch / "p.html").string(), trace = (scratch / "t.json").string();
  const std::string file = (scratch / "large.json").string();
  const json report = large_report(scratch);
  std::ofstream(file) << report;
  trine_json({"merge", file, "--report", page, "--timeline", trace});
  std::string text = read_file(page);
  text.insert(text.rfind("</html>"), kClick);
  const json found = shown(scratch, text, 1200, false);
  CAPTURE(found.dump(1));
  const std::size_t layers = report["layers"]["of"].get<std::size_t>(), slow = 25;
  CHECK(found["opened"].size() == 1 + layers + slow);
  CHECK(found["stayed"] == true);
  CHECK(found["sites"] == json({"https://ui.perfetto.dev"}));
  CHECK(found["titles"] == json({"Trine: " + report["model"]["name"].get<std::string>()}));
  CHECK(found["same"] == true);
  const json events = json::parse(read_file(trace))["traceEvents"];
  CHECK(found["events"] == events.size());
  // Every link is at an event, in nanoseconds.
  for (const json& link : found["opened"]) {
    const std::string url = link;
    const std::size_t at = url.find("visStart="), to = url.find("&visEnd=");
    REQUIRE(url.starts_with("https://ui.perfetto.dev/#!/?visStart="));
    const std::uint64_t from = std::stoull(url.substr(at + 9)),
                        end = std::stoull(url.substr(to + 8));
    CHECK(from % 1000 == 0);
    const bool whole = from == 0;
    CHECK((whole || std::ranges::any_of(events, [&](const json& event) {
             return event["ph"] == "X" && event["ts"] == from / 1000 &&
                    event["ts"].get<std::uint64_t>() + event["dur"].get<std::uint64_t>() ==
                        end / 1000;
           })));
  }
  trine_json({"merge", file, "--report", page});  // Without a timeline there are no links.
  CHECK(read_file(page).find("perfetto.dev") == std::string::npos);
}

TEST_CASE("page: nothing is clipped or lies on other text, wide and narrow, light and dark") {
  const Scratch scratch;
  const std::string file = (scratch / "large.json").string(), page = (scratch / "p.html").string();
  std::ofstream(file) << large_report(scratch);
  trine_json({"merge", file, "--report", page, "--timeline", (scratch / "t.json").string()});
  const std::string text = read_file(page);
  for (const int width : {1200, 600}) {
    for (const bool dark : {false, true}) {
      CAPTURE(width);
      CAPTURE(dark);
      const Layout layout = lay_out(scratch, text, width, dark);
      CAPTURE(layout.found.dump(1));
      CHECK(layout.found["faults"].empty());
      CHECK(layout.found["texts"].get<int>() > 200);
      CHECK(layout.picture > 20'000);
      CHECK(layout.found["paper"] == (dark ? "rgb(21, 24, 30)" : "rgb(255, 255, 255)"));
      CHECK(layout.found["ink"] == (dark ? "rgb(228, 231, 236)" : "rgb(29, 35, 48)"));
    }
  }
  // A page that is wrong is found.
  std::string wrong = text;
  wrong.insert(wrong.find("<h2>"),
               "<p style='position:absolute;left:1150px'>much too far right</p>");
  CHECK_FALSE(lay_out(scratch, wrong, 600, false).found["faults"].empty());
}
