"""The page's template, with $placeholders; backend.evaluation.downstream.report fills it."""

from ..page import HEAD

PAGE = (
    HEAD
    + """<body>
<main>
<h1>$title</h1>
<p class="subtitle">$subtitle</p>
<p class="lead">$lead</p>
$summary
$notes

<h2>What labels are worth</h2>
$chart
<p class="caption">Bars are one standard deviation over the repeats.</p>
$scores
<p class="caption">On held-out $unit, in %; mean ± standard deviation over the repeats, the best of
each share is bold. Macro F1 and mean IoU (intersection over union) are means over the classes, so
that every class counts alike.</p>

<h2>Class by class</h2>
<p>F1 and IoU in % with $largest.</p>
$classes

<h2>What is taken for what</h2>
<p>$confusion_result, with $largest, all repeats together. Rows are the true classes, columns the
predicted ones; cells count held-out $unit and are shaded by their share of the row: blue is right,
orange is wrong.</p>
$confusion
$examples

<h2>$counted</h2>
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

EXAMPLES = """
<h2>Examples</h2>
<p>Held-out tiles, drawn at random from those with at least two classes where there are any; the
starts learned with $largest and the first seed. Beside each is the share of its labelled pixels
that are right; white is without a label.</p>
$legend
$rows
<p class="caption">Every tile is stretched alike; $bands.</p>
"""
