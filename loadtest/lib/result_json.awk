# The `result NAME=NUMBER ...` line of a load generator as one JSON line. -v head='"a":1,"b":"c"' is
# put in front; it must be there. Fails when there is no result line.

$1 == "result" {
  line = head
  for (i = 2; i <= NF; ++i) {
    split($i, pair, "=")
    line = line ",\"" pair[1] "\":" pair[2]
  }
}

END {
  if (line == "") exit 1
  print "{" line "}"
}
