# Latency by percentile. The axis is the share of slower requests, logarithmic, so that each step to
# the right is a tenth of the requests before it. `percent` is the load.

load style
set title sprintf('Latency by percentile at %s %% of saturation (open loop)', percent)
set xlabel 'percentile'
set ylabel 'milliseconds from when a create was due (logarithmic)'
set logscale xy
set xtics ('0' 1, '50' 2, '75' 4, '90' 10, '95' 20, '99' 100, '99.9' 1000, '99.99' 10000)
set xrange [1:20000]
set key bottom right
percentiles(server) = folder . 'percentiles-' . server
slower(percentile) = 1 / (1 - percentile / 100.0)
set style data linespoints
plot percentiles('rollcall-sqlite') using (slower($1)):($2 / 1000) linecolor rgb sqlite \
       pointtype 7 pointsize 0.6 linewidth 2 title 'rollcall sqlite:', \
     percentiles('rollcall-memory') using (slower($1)):($2 / 1000) linecolor rgb memory \
       pointtype 5 pointsize 0.6 linewidth 2 title 'rollcall memory:', \
     percentiles('blind') using (slower($1)):($2 / 1000) linecolor rgb blind \
       pointtype 9 pointsize 0.6 linewidth 2 title 'blind (limit)'
