# Reading JSON lines (one object of plain members a line), and medians. For other awk programs.

function member(name, found) {
  if (!match($0, "\"" name "\":(\"[^\"]*\"|[-0-9.]+)")) return ""
  found = substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3)
  gsub(/"/, "", found)
  return found
}

function keep(key, value) { values[key, ++counts[key]] = value }

# Sorts values[key, 1..count] into sorted[1..count].
function sort_values(key, count, i, j) {
  for (i = 1; i <= count; ++i) {
    for (j = i - 1; j > 0 && sorted[j] > values[key, i] + 0; --j) sorted[j + 1] = sorted[j]
    sorted[j + 1] = values[key, i] + 0
  }
}

# Leaves the smallest value in sorted[1] and the greatest in sorted[counts[key]].
function median(key, count, middle) {
  count = counts[key]
  sort_values(key, count)
  middle = int((count + 1) / 2)
  return count % 2 ? sorted[middle] : (sorted[middle] + sorted[middle + 1]) / 2
}

function with_range(key, number, middle) {
  middle = median(key)
  return sprintf(number " (" number "-" number ")", middle, sorted[1], sorted[counts[key]])
}
