"""The accuracy report's page, with $placeholders; backend.classification.report fills it."""

from backend.evaluation.page import HEAD

PAGE = (
    HEAD
    + """<body>
<main>
<h1>$title</h1>
<p class="subtitle">$subtitle</p>
<p class="lead">$lead</p>
$summary
$notes

<h2>The map</h2>
$picture
$classes
<p class="caption">Mapped areas count cells; where one class is taken for another more often than
the other way round, they are off by as much.</p>
$accuracy

<h2>How it was done</h2>
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

ACCURACY = """
<h2>How right it is</h2>
$scores
<p class="caption">In %, all folds together; ± is the standard deviation over the folds. Macro F1 is
the mean of the classes' F1.</p>

<h2>Class by class</h2>
<p>On ground left out, in %.</p>
$by_class
<p class="caption">Producer's accuracy: of the labelled cells of the class, how many the map finds
(recall). User's accuracy: of the labelled cells that the map calls so, how many are so
(precision).</p>

<h2>What is taken for what</h2>
<p>On ground left out. Rows are the reference (the labels), columns the prediction (the map); counts
are labelled cells, shaded by their share of the row: blue is right, orange is wrong.</p>
$confusion

<h2>Where the folds lie</h2>
$folds
<p class="caption">Labelled cells on the ground, coloured by fold; a square is a block. Each fold is
predicted by a classifier that learned from the other colours only.</p>
"""
