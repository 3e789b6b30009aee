"""The style and the script of the exported page. No outside text gets in here."""

from __future__ import annotations

STYLE = """
:root{color-scheme:light dark;--ink:#22211f;--paper:#fdfcf9;--soft:#66625b;--line:#dedad1;--wash:#f3efe5;--link:#2a6592}
@media (prefers-color-scheme:dark){:root{--ink:#e4e1da;--paper:#16181d;--soft:#a09c94;--line:#34373f;--wash:#1f232b;--link:#7fb3d5}}
*{box-sizing:border-box}
html{scroll-padding-top:7rem}
body{margin:0 auto;max-width:78rem;padding:0 1.5rem 4rem;background:var(--paper);color:var(--ink);
font:1.0625rem/1.6 Georgia,"Noto Serif",serif;overflow-wrap:anywhere}
h1,h2,h3{line-height:1.25;margin:0}
h1{font-size:1.5rem}
h2{font-size:1.25rem;margin:2.2rem 0 .6rem}
h3{font-size:1.15rem}
a{color:var(--link);text-decoration-color:var(--line);text-underline-offset:.2em}
header{position:sticky;top:0;z-index:1;background:var(--paper);border-bottom:1px solid var(--line);padding:.9rem 0 .7rem}
header,nav,.where,.source,.marks,.coder,.n,.number,summary{font-family:system-ui,"Noto Sans",sans-serif}
h1,h2,h3,summary .own{font-weight:600}
.figures,.filter,nav,.where,.source,.marks{font-size:.85rem;margin:.3rem 0 0}
.figures,.source,.coder,.n,.number,.where,.above,.read{color:var(--soft)}
.filter{display:flex;flex-wrap:wrap;gap:.4rem 1.2rem;align-items:center;margin-top:.6rem}
.filter input[type=search]{font:inherit;color:inherit;background:var(--wash);border:1px solid var(--line);border-radius:.35rem;
padding:.3rem .6rem;width:min(24rem,60vw)}
.filter output{color:var(--soft)}
nav{display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;max-height:7.5rem;overflow:auto;margin-top:1rem}
.swatch{display:inline-block;width:.7em;height:.7em;margin-inline-end:.45em;border-radius:.15em;background:var(--c)}
#codebook{max-width:46rem}
details.tag{border-top:1px solid var(--line);padding:.15rem 0}
details.tag[open]{padding-bottom:.8rem}
summary{cursor:pointer;padding:.2rem 0;font-size:.95rem}
summary .n{float:right;font-variant-numeric:tabular-nums}
.about{margin:.2rem 0 .6rem 1.2rem;max-width:44rem;color:var(--soft)}
.q{margin:.7rem 0 .7rem 1.2rem;padding:.1rem 0 .1rem .9rem;border-inline-start:4px solid var(--c,var(--line));max-width:46rem}
blockquote{margin:0;white-space:pre-wrap}
.where,.note{margin:.2rem 0}
.note{display:block;font-style:italic;font-family:Georgia,"Noto Serif",serif;white-space:pre-wrap}
.note::before{content:"\\270E\\00A0";color:var(--soft)}
article{margin-top:2rem;padding-top:1.2rem;border-top:2px solid var(--line)}
.source{margin-bottom:.8rem}
.p{display:grid;grid-template-columns:2.2rem 2rem minmax(0,40rem) minmax(11rem,1fr);gap:0 .7rem;align-items:start}
.p:target{background:var(--wash)}
.p>p{margin:.3rem 0;white-space:pre-wrap}
.number{padding-top:.55rem;text-align:end;font-size:.75rem;font-variant-numeric:tabular-nums}
.heading>p{font-weight:bold}
.furniture>p{color:var(--soft);font-size:.85rem}
.caption>p{font-style:italic}
.speaker{font-weight:bold}
.stripes{display:flex;gap:2px;justify-content:flex-end;align-self:stretch;padding:1px 0}
.stripes i{flex:0 1 5px;min-width:1px;border-radius:2px;background:var(--c)}
.marks{list-style:none;margin:.5rem 0 .3rem;padding:0;line-height:1.45}
.whole .marks{grid-column:3}
.marks button{all:unset;cursor:pointer}
.marks button:hover,.marks button:focus-visible{text-decoration:underline;text-underline-offset:.2em}
mark{background:transparent;color:inherit;border-bottom:2px solid var(--c,var(--soft));padding-bottom:0}
mark mark{padding-bottom:3px}
mark mark mark{padding-bottom:6px}
mark mark mark mark{padding-bottom:9px}
.hidden{display:none}
@media (max-width:60rem){.p{grid-template-columns:1.6rem 1.4rem minmax(0,1fr)}.p>.marks{grid-column:3;margin-top:0}}
@media print{
:root{color-scheme:light;--ink:#000;--paper:#fff;--soft:#444;--line:#bbb;--wash:#fff;--link:#000}
body{max-width:none;padding:0;font-size:10.5pt}
header{position:static}
.filter,nav{display:none}
.stripes i,.swatch,mark,.q{-webkit-print-color-adjust:exact;print-color-adjust:exact}
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
  var articles = Array.from(document.querySelectorAll("article"));
  var items = Array.from(document.querySelectorAll(".p, .q"));
  var texts = items.map(function (item) { return fold(item.textContent); });
  var heads = tags.map(function (tag) { return fold(tag.firstElementChild.textContent); });
  var opened = tags.map(function (tag) { return tag.open; });
  function fold(text) {
    return text.normalize("NFKD").replace(/\\p{M}/gu, "").toLowerCase();
  }
  function apply() {
    var wanted = fold(words.value.trim());
    var shown = 0;
    items.forEach(function (item, place) {
      var fits = texts[place].includes(wanted) && (!marked.checked || item.querySelector(".mark") || item.matches(".q"));
      item.classList.toggle("hidden", !fits);
      shown += fits && item.matches(".p") ? 1 : 0;
    });
    tags.forEach(function (tag, place) {
      var named = wanted && heads[place].includes(wanted);
      if (named) tag.querySelectorAll(".q").forEach(function (quote) { quote.classList.remove("hidden"); });
      var fits = !wanted || named || tag.querySelector(".q:not(.hidden)");
      tag.classList.toggle("hidden", !fits);
      tag.open = wanted ? Boolean(fits) : opened[place];
    });
    articles.forEach(function (article) {
      article.classList.toggle("hidden", !article.querySelector(".p:not(.hidden)"));
    });
    count.textContent = wanted || marked.checked ? shown + (shown === 1 ? " paragraph" : " paragraphs") : "";
  }
  words.addEventListener("input", apply);
  marked.addEventListener("change", apply);
  document.addEventListener("click", function (event) {
    var tag = event.target.closest(".marks button");
    if (tag) { words.value = words.value === tag.textContent ? "" : tag.textContent; apply(); }
  });
  window.addEventListener("beforeprint", function () { tags.forEach(function (tag) { tag.open = true; }); });
  bar.hidden = false;
  apply();
})();
"""
