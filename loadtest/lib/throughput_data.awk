# Columns for the plot of throughput by server, from the JSON lines of script/bench: place, median,
# smallest, greatest, color, label. Only creates sent one by one on 64 connections. Needs jsonl.awk.

function describe(server, kind, label, color) {
  order[++server_count] = server
  label_of[server] = label
  color_of[server] = color == "" ? color_of_kind[kind] : color
}

BEGIN {
  color_of_kind["disk"] = "0x9dc3e6"
  color_of_kind["memory"] = "0xf5c58a"
  color_of_kind["nothing"] = "0xc9c9c9"
  describe("json-server", "disk", "json-server")
  describe("rollcall-sqlite", "disk", "rollcall sqlite:", "0x1f5f9e")
  describe("go-sqlite", "disk", "Go + SQLite")
  describe("blind-durable", "disk", "blind-durable (limit)")
  describe("fastify", "memory", "Fastify")
  describe("beast", "memory", "Beast, textbook")
  describe("go", "memory", "Go net/http")
  describe("rollcall-memory", "memory", "rollcall memory:", "0xd9780f")
  describe("nginx", "nothing", "nginx, fixed answer")
  describe("blind", "nothing", "blind (limit)")
}

member("connections") == 64 && member("pair") !~ /^(get|pipeline|durable-memory)$/ {
  keep(member("server"), member("requests_per_second"))
}

END {
  for (s = 1; s <= server_count; ++s) {
    server = order[s]
    if (!(server in counts)) continue
    middle = median(server)
    print ++place, middle, sorted[1], sorted[counts[server]], color_of[server], \
      "\"" label_of[server] "\""
  }
}
