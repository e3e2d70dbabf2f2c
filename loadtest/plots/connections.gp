# Throughput against connections: a median, the smallest and the greatest for each server.

load style
data = folder . 'connections'

set title 'Creates a second by number of connections'
set xlabel 'connections (logarithmic)'
set ylabel 'creates a second'
set logscale x 4
set xtics (1, 4, 16, 64, 256, 1024, 4096)
set xrange [0.8:5200]
set yrange [0:*]
set format y '%.0s%c'
set style data yerrorlines
plot data using 1:2:3:4 linecolor rgb blind pointtype 9 linewidth 2 title 'blind (limit)', \
     data using 1:5:6:7 linecolor rgb memory pointtype 5 linewidth 2 title 'rollcall memory:', \
     data using 1:8:9:10 linecolor rgb sqlite pointtype 7 linewidth 2 title 'rollcall sqlite:'
