// SPDX-License-Identifier: Apache-2.0

// The page of a report, laid out by a browser without a screen at several widths.

#include <algorithm>

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

Layout lay_out(const Scratch& scratch, const std::string& page, int width, bool dark) {
  const std::string file = (scratch / "shown.html").string(), dom = (scratch / "dom").string();
  const std::string picture = (scratch / "picture.png").string();
  std::string text = page;
  text.insert(text.rfind("</html>"), kMeasure);
  std::ofstream(file) << text;
  const std::string browser =
      std::string(TRINE_BROWSER) +
      " --no-sandbox --disable-gpu --user-data-dir=" + (scratch / "profile").string() +
      " --window-size=" + std::to_string(width) + ",4000" +
      (dark ? " --blink-settings=preferredColorScheme=0" : "") + " ";
  REQUIRE(std::system(
              (browser + "--dump-dom file://" + file + " >" + dom + " 2>/dev/null").c_str()) == 0);
  REQUIRE(std::system(
              (browser + "--screenshot=" + picture + " file://" + file + " 2>/dev/null").c_str()) ==
          0);
  const std::string shown = read_file(dom);
  const std::size_t begin = shown.find("<title>") + 7, end = shown.find("</title>");
  REQUIRE(end != std::string::npos);
  return {json::parse(shown.substr(begin, end - begin)), fs::file_size(picture)};
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
  for (const json& command : commands) {
    for (std::size_t copy = 0; copy < (command["layer"].is_null() ? 1 : copies); ++copy) {
      json one = command;
      one["index"] = start++;
      if (!one["layer"].is_null()) one["layer"] = copy * layers + one["layer"].get<std::size_t>();
      one["cycles"] = 1'000'000 + 977 * start;
      one["unit_cycles"] = 900'000;
      for (const char* key : {"stall_memory", "stall_table", "stall_rows"}) one[key] = 123'456;
      report["commands"].push_back(one);
    }
  }
  report["layers"] = {{"first", 0}, {"end", layers * copies}, {"of", layers * copies}};
  report["elapsed"] = 2'000'000 * start;
  return report;
}

}  // namespace

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
