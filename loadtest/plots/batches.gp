# Creates a sync, and the time of a sync: loadtest/lib/batches_table.awk has the columns.

load style
data = folder . 'batches'

set title 'Creates a sync, and the time a sync takes (rollcall sqlite:)'
set xlabel 'connections (logarithmic)'
set ylabel 'creates a sync (logarithmic)'
set y2label 'microseconds a sync'
set logscale x 2
set logscale y 2
set xrange [0.9:290]
set yrange [0.8:*]
set y2range [0:*]
set y2tics nomirror out
set border 11
set style data linespoints
plot data using 1:2 axes x1y1 linecolor rgb sqlite pointtype 7 linewidth 2 \
       title 'creates a sync (left)', \
     data using 1:4 axes x1y2 linecolor rgb '#7a3fa0' pointtype 4 linewidth 2 dashtype 2 \
       title 'p50 of a sync (right)', \
     data using 1:5 axes x1y2 linecolor rgb '#7a3fa0' pointtype 5 linewidth 2 \
       title 'p99 of a sync (right)'
