"""The style, the script and the colours of the exported page. No outside text gets in here."""

from __future__ import annotations

PALETTE: tuple[str, ...] = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#9467bd", "#8c564b")
"""Hues that stay apart for people who see colours differently (the first six after Okabe and Ito, 2008)."""

STYLE = """
:root{color-scheme:light dark;--ink:#1c1c1c;--paper:#fdfdfb;--soft:#5f5f5f;--line:#d9d9d4}
@media (prefers-color-scheme:dark){:root{--ink:#e6e4df;--paper:#17181a;--soft:#a3a19b;--line:#3a3b3e}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:1rem 1.5rem 4rem;background:var(--paper);color:var(--ink);
font:1.05rem/1.6 Georgia,"Noto Serif",serif;overflow-wrap:anywhere}
h1,h2,h3{line-height:1.25}
header{position:sticky;top:0;background:var(--paper);border-bottom:1px solid var(--line)}
.filter,.where,.source,.marks,.coder,.n,.number,summary,output{font-family:system-ui,sans-serif;font-size:.85rem}
.source,.coder,.n,.number,.where{color:var(--soft)}
.p{display:grid;grid-template-columns:.8rem minmax(0,40rem) minmax(10rem,1fr);gap:0 1rem;align-items:start}
.p>p{margin:.35rem 0;white-space:pre-line}
.number{display:inline-block;min-width:2.2rem}
.heading>p{font-weight:bold}
.furniture>p{color:var(--soft);font-size:.85rem}
.caption>p{font-style:italic}
.speaker{font-weight:bold}
.stripes{display:flex;gap:2px;align-self:stretch;padding:.35rem 0}
.stripes i{flex:1;min-width:2px;background:var(--c)}
.swatch{display:inline-block;width:.7em;height:.7em;margin-inline-end:.4em;background:var(--c)}
.marks{list-style:none;margin:.5rem 0;padding:0}
.whole .marks{grid-column:2}
mark{background:transparent;color:inherit;border-bottom:3px solid var(--c,var(--soft))}
details.tag{margin:.3rem 0}
summary{cursor:pointer;font-size:1rem}
.q{margin:.6rem 0 .6rem 1.2rem;padding-inline-start:.8rem;border-inline-start:4px solid var(--c,var(--line))}
blockquote{margin:0;white-space:pre-line}
.where,.note,.about{margin:.2rem 0}
.note{display:block;font-style:italic;white-space:pre-line}
.note::before{content:"\\270E\\00A0"}
.hidden{display:none}
a{color:inherit}
@media (max-width:50rem){.p{grid-template-columns:.8rem minmax(0,1fr)}.p>.marks{grid-column:2}}
@media print{
:root{color-scheme:light;--ink:#000;--paper:#fff;--soft:#444;--line:#bbb}
body{max-width:none;padding:0;font-size:10.5pt}
header{position:static}
.filter{display:none}
.stripes i,.swatch,mark{-webkit-print-color-adjust:exact;print-color-adjust:exact}
.p,.q{break-inside:avoid}
h2,h3,summary{break-after:avoid}
}
"""

SCRIPT = """
(function () {
  "use strict";
  var bar = document.querySelector(".filter");
  var words = bar.querySelector("input[type=search]");
  var marked = bar.querySelector("input[type=checkbox]");
  var count = bar.querySelector("output");
  var tags = Array.from(document.querySelectorAll("details.tag"));
  var items = Array.from(document.querySelectorAll(".p, .q"));
  var texts = items.map(function (item) { return fold(item.textContent); });
  var opened = tags.map(function (tag) { return tag.open; });
  function fold(text) {
    return text.normalize("NFKD").replace(/\\p{M}/gu, "").toLowerCase();
  }
  function apply() {
    var wanted = fold(words.value.trim());
    var shown = 0;
    items.forEach(function (item, place) {
      var fits = texts[place].includes(wanted) && (!marked.checked || item.querySelector(".marks") || item.matches(".q"));
      item.classList.toggle("hidden", !fits);
      shown += fits && item.matches(".p") ? 1 : 0;
    });
    tags.forEach(function (tag, place) {
      var fits = !wanted || fold(tag.textContent).includes(wanted);
      tag.classList.toggle("hidden", !fits);
      tag.open = wanted ? fits : opened[place];
    });
    count.textContent = wanted || marked.checked ? shown + " paragraphs" : "";
  }
  words.addEventListener("input", apply);
  marked.addEventListener("change", apply);
  window.addEventListener("beforeprint", function () { tags.forEach(function (tag) { tag.open = true; }); });
  bar.hidden = false;
  apply();
})();
"""
