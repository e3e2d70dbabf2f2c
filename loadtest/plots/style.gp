# What the plots share. `output` is the file to write.

set terminal svg size 900,540 noenhanced font 'DejaVu Sans,15' background '#ffffff'
set output output
set border 3 linecolor '#555555'
set tics nomirror out textcolor '#222222'
set grid linecolor '#dddddd' linewidth 1
set key top left reverse Left samplen 2
set title font ',18'

# The same color for a server in every plot.
blind = '#8a8a8a'
memory = '#d9780f'
sqlite = '#1f5f9e'
