"""The report's page: a template with $placeholders, filled by backend.evaluation.report."""

# The head of every report, with its style sheet.
HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: #222;
  font: 16px/1.55 "Source Sans 3", "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .2rem; letter-spacing: -.01em; }
h2 { font-size: 1.25rem; margin: 2.8rem 0 .6rem; padding-top: .8rem; border-top: 1px solid #ddd; }
h3 { font-size: 1rem; margin: 1.6rem 0 .4rem; }
p { margin: .5rem 0; max-width: 46rem; }
.subtitle { color: #666; margin: 0 0 1.4rem; }
.lead { font-size: 1.2rem; line-height: 1.45; max-width: 50rem; }
.note { border-left: 4px solid #e69f00; background: #fdf6e7; padding: .5rem .8rem; }
.caption, .spread { color: #666; }
.caption { font-size: .9rem; }
.spread { font-size: .82em; font-weight: normal; white-space: nowrap; }
svg { max-width: 100%; height: auto; display: block; margin: .8rem 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .6rem 0; }
th, td { padding: .32rem .7rem; text-align: right; vertical-align: bottom; }
th:first-child { text-align: left; padding-left: 0; }
thead th { font-weight: 600; border-bottom: 1.5px solid #222; line-height: 1.25; }
tbody th { font-weight: normal; white-space: nowrap; }
.results tbody tr, .counts tbody tr { border-bottom: 1px solid #eee; }
.results tr.encoder th { font-weight: 600; }
.results td { white-space: nowrap; }
.results thead th { max-width: 9rem; }
.counts .total { border-top: 1px solid #222; }
.swatch { display: inline-block; width: .8rem; height: .8rem; margin-right: .5rem;
  border: 1px solid #555; border-radius: 2px; vertical-align: -1px; }
.confusion td { width: 2.9rem; min-width: 2.4rem; text-align: center; padding: .3rem;
  border: 1px solid #fff; }
.confusion thead th { border-bottom: 0; }
.confusion .corner { font-weight: normal; color: #666; }
.confusion th.turned { height: 9.5rem; padding: 0; position: relative; }
.confusion th.turned span { position: absolute; bottom: .3rem; left: 50%; white-space: nowrap;
  transform-origin: 0 100%; transform: rotate(-55deg); font-weight: normal; }
.confusion td.rate, .confusion tr.rate td, .confusion tr.rate th { color: #666; }
.example { display: grid; grid-template-columns: repeat(7, minmax(0, 1fr)); gap: .7rem;
  margin: 0 0 1.1rem; break-inside: avoid; }
.example figure { margin: 0; }
.example img { width: 100%; display: block; image-rendering: pixelated; border: 3px solid #fff;
  outline: 1px solid #bbb; }
.example .query { position: relative; }
.example .query::after { content: ""; position: absolute; top: 0; bottom: 0; right: -.4rem;
  border-right: 1px solid #aaa; }
.example .wrong img { border-color: #fff; outline: 3px dashed #d55e00; outline-offset: -3px; }
.example figcaption { font-size: .72rem; line-height: 1.3; margin-top: .25rem; color: #444;
  overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.2rem; margin: .6rem 0; }
dt { color: #666; }
dd { margin: 0; overflow-wrap: anywhere; }
pre { background: #f5f5f5; padding: .8rem 1rem; white-space: pre-wrap; overflow-wrap: anywhere;
  font: .86rem/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
ul { padding-left: 1.2rem; max-width: 50rem; }
li { margin: .3rem 0; }
@media print {
  @page { margin: 16mm; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  h2 { break-after: avoid; }
  table, svg, .example, .note { break-inside: avoid; }
  .wide { overflow: visible; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
</style>
</head>
"""

PAGE = (
    HEAD
    + """<body>
<main>
<h1>$title</h1>
<p class="subtitle">$subtitle</p>
<p class="lead">$lead</p>
$summary
$notes

<h2>How well classes are told apart</h2>
$accuracy_chart
<p class="caption">Bars are one standard deviation over the repeats.</p>
<h3>Accuracy, %</h3>
$accuracy
<h3>Balanced accuracy, % (every class counts alike)</h3>
$balanced
<h3>Without a classifier</h3>
$others
<p class="caption">Mean ± standard deviation; the best of each column is bold. The small number
after a name is the length of its vectors. mAP: mean average precision of ranking tiles by
similarity. NMI and ARI: agreement of k-means clusters with the classes, 1 is perfect.</p>

<h2>What is taken for what</h2>
<p>Logistic regression on &ldquo;$confusion_result&rdquo;, fitted on all tiles to fit on. Rows are
the true classes, columns the predicted ones; cells count held-out tiles and are shaded by their
share of the row: blue is right, orange is wrong.</p>
$confusion

<h2>How the tiles lie</h2>
<p>Held-out tiles on the plane of the two directions in which the $kind vectors vary most.</p>
$projection

<h2>What looks alike to the encoder</h2>
<p>At the left one held-out tile of each class, drawn at random; beside it the tiles to fit on that
are most similar by their $kind, with the cosine. A dashed frame and ✗ mark another class.</p>
$examples
<p class="caption">Every tile is stretched alike; $bands.</p>

<h2>Tiles</h2>
$counts

<h2>Protocol</h2>
$protocol

<h2>Where this comes from</h2>
$provenance
<p>The same again:</p>
<pre>$command</pre>
</main>
</body>
</html>
"""
)
