# Creates a second of each server, as bars: loadtest/lib/throughput_data.awk has the columns.

load style
data = folder . 'throughput'
stats data using 1 nooutput name 'place'
least = 100

set title 'Creates a second by server (64 connections)'
set xlabel 'creates a second (logarithmic)'
set logscale x
set xrange [least:1000000]
set yrange [place_max + 0.7 : -0.4]
set format x '%.0s%c'
unset ytics
set ytics scale 0
set grid noytics
set lmargin 26
# Pure entries for the key: the bars take their color from the data.
set key top right Right noreverse
plot data using (least):1:(least):2:($1 - 0.36):($1 + 0.36):5:ytic(6) \
       with boxxyerror fillstyle solid noborder linecolor rgb variable notitle, \
     data using 2:1:3:4 with xerrorbars linecolor '#333333' pointtype 0 linewidth 1.2 notitle, \
     data using 4:1:(sprintf('  %s', $2 < 10000 ? sprintf('%.0f', $2) : \
       sprintf('%.0fk', $2 / 1000))) with labels left font ',13' notitle, \
     NaN with boxes fillstyle solid linecolor rgb 0x9dc3e6 title 'on disk', \
     NaN with boxes fillstyle solid linecolor rgb 0xf5c58a title 'in memory', \
     NaN with boxes fillstyle solid linecolor rgb 0xc9c9c9 title 'keeps nothing'
