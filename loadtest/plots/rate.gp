# Latency against the rate that was offered: columns rate, p50, p90, p99, p99.9 in microseconds.

load style
set title 'Latency by offered rate (open loop)'
set xlabel 'creates a second offered'
set ylabel 'milliseconds from when a create was due (logarithmic)'
set logscale y
set format x '%.0s%c'
set xrange [0:*]
set key outside right center samplen 2
set style data linespoints
rate(server) = folder . 'rate-' . server
plot rate('rollcall-sqlite') using 1:($4 / 1000) linecolor rgb sqlite pointtype 7 linewidth 2 \
       title 'sqlite: p99', \
     rate('rollcall-sqlite') using 1:($2 / 1000) linecolor rgb sqlite pointtype 6 linewidth 2 \
       dashtype 2 title 'sqlite: p50', \
     rate('rollcall-memory') using 1:($4 / 1000) linecolor rgb memory pointtype 5 linewidth 2 \
       title 'memory: p99', \
     rate('rollcall-memory') using 1:($2 / 1000) linecolor rgb memory pointtype 4 linewidth 2 \
       dashtype 2 title 'memory: p50', \
     rate('blind') using 1:($4 / 1000) linecolor rgb blind pointtype 9 linewidth 2 \
       title 'blind: p99', \
     rate('blind') using 1:($2 / 1000) linecolor rgb blind pointtype 8 linewidth 2 \
       dashtype 2 title 'blind: p50'
