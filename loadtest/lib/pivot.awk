# Medians of a member of JSON lines, by two others; needs jsonl.awk. Variables:
#   down, across, value  members: for each line, for each column, what is shown
#   number               printf format of a value (default %.0f)
#   title                over the first column
#   form                 markdown, plain (default), or data: for gnuplot, with the smallest and the
#                        greatest value after each median, and the columns' names in a comment

function cell(key) {
  if (!(key in counts)) return form == "data" ? "NaN NaN NaN" : "-"
  if (form != "data") return with_range(key, number)
  return sprintf("%g %g %g", median(key), sorted[1], sorted[counts[key]])
}

function print_line(head, line_of_cells) {
  if (form == "markdown") printf "| %s |%s\n", head, line_of_cells
  else if (form == "data") printf "%s%s\n", head, line_of_cells
  else printf "%-16s%s\n", head, line_of_cells
}

function as_cell(text) {
  if (form == "markdown") return " " text " |"
  return form == "data" ? " " text : sprintf(" %-28s", text)
}

BEGIN { if (number == "") number = "%.0f" }

{
  line_name = member(down)
  column_name = member(across)
  if (!(line_name in has_line)) lines[++line_count] = line_name
  if (!(column_name in has_column)) columns[++column_count] = column_name
  has_line[line_name] = has_column[column_name] = 1
  keep(line_name SUBSEP column_name, member(value))
}

END {
  for (c = 1; c <= column_count; ++c) {
    names = names as_cell(columns[c])
    rule = rule as_cell("---")
  }
  print_line(form == "data" ? "# " title : title, names)
  if (form == "markdown") print_line("---", rule)
  for (l = 1; l <= line_count; ++l) {
    text = ""
    for (c = 1; c <= column_count; ++c) text = text as_cell(cell(lines[l] SUBSEP columns[c]))
    print_line(lines[l], text)
  }
}
