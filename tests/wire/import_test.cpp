#include <sys/stat.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/support/client.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/wire/ended.hpp"
#include "tests/wire/running_server.hpp"

/// rollcall import and export, used as by somebody who comes from json-server.
namespace rollcall::tests {
namespace {

class Place {
 public:
  std::string file(const std::string& name) const { return directory_.file(name); }
  std::string store(const std::string& name = "rollcall.db") const {
    return "sqlite:" + file(name);
  }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::binary) << text;
    return file(name);
  }
  std::string read(const std::string& name) const {
    std::ifstream stream(file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  /// Runs the program through a shell, so that it can be redirected.
  Ended run(const std::string& words, const std::string& store_name = "rollcall.db") const {
    Program program(
        "/bin/sh",
        {"-c", "cd " + directory_.path().string() + " && " + ROLLCALL_PROGRAM + " " + words},
        {"ROLLCALL_STORE=" + store(store_name)});
    return end_of(program);
  }

 private:
  TemporaryDirectory directory_;
};

std::string user(const std::string& id, const std::string& email = "a@x.org") {
  return R"({"last-name":"L","first-name":"F","email":")" + email + R"(","id":)" + id + "}";
}

/// NDJSON of `count` users.
std::string many(int count) {
  std::string text;
  for (int i = 1; i <= count; ++i) text += user(std::to_string(i)) + "\n";
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(import)

BOOST_AUTO_TEST_CASE(a_file_of_json_server_0_17_keeps_its_ids_and_the_next_post_gets_a_larger_one) {
  const Place place;
  place.write("db.json", R"({"posts":[{"id":1}],"users":[)" + user("3") + "," + user("41") + "]}");
  const Ended ended = place.run("import db.json");
  BOOST_TEST(ended.code == 0, ended.err);
  BOOST_TEST(ended.out == "imported 2 users, refused 0, into " + place.store() + "\n");
  BOOST_TEST(ended.err.empty());
  RunningServer server(place.store());
  Client client(server.port());
  const auto found = client.exchange("GET /users/41 HTTP/1.1\r\nHost: x\r\n\r\n");
  BOOST_TEST(found->body() == user("41"));
  const auto created = client.exchange(create_request(user_json("A", "B", "c@d.e")));
  BOOST_TEST(has(created->body(), "\"id\":42}"), created->body());
}

BOOST_AUTO_TEST_CASE(
    a_file_of_json_server_1_keeps_ids_that_are_digits_and_gives_new_ones_if_asked) {
  const Place place;
  place.write("db.json", R"({"users":[)" + user("\"a3f9\"", "1@x.org") + "," + user("\"17\"") +
                             "," + user("\"b\"", "2@x.org") + "]}");
  const Ended refused = place.run("import db.json");
  BOOST_TEST(refused.code == 3);
  BOOST_TEST(has(refused.err, "refused element 1: /id must be an integer"), refused.err);
  BOOST_TEST(!has(refused.err, "a3f9"));
  BOOST_TEST(place.run("export").out == user("17") + "\n");
  const Ended given = place.run("import db.json --new-ids", "new.db");
  BOOST_TEST(given.code == 0, given.err);
  BOOST_TEST(place.run("export", "new.db").out ==
             user("17") + "\n" + user("18", "1@x.org") + "\n" + user("19", "2@x.org") + "\n");
}

BOOST_AUTO_TEST_CASE(names_are_mapped_and_a_hint_says_how) {
  const Place place;
  place.write("db.json",
              R"({"users":[{"id":1,"lastName":"L","first_name":"F","email":"a@x.org"}]})");
  const Ended refused = place.run("import db.json");
  BOOST_TEST(refused.code == 3);
  BOOST_TEST(has(refused.err, "try --map lastName=last-name --map first_name=first-name"),
             refused.err);
  const Ended taken =
      place.run("import db.json --map lastName=last-name --map first_name=first-name");
  BOOST_TEST(taken.code == 0, taken.err);
  BOOST_TEST(place.run("export").out == user("1") + "\n");
}

BOOST_AUTO_TEST_CASE(each_refusal_is_told_by_its_place_without_a_value) {
  const Place place;
  place.write("users.ndjson", user("5") + "\n" + user("5") + "\n\n" + user("0") + "\n" +
                                  user("6", "secret") + "\nsecret\n[\"secret\"]\n" +
                                  R"({"email":"secret@x.org"})" + "\n" + user("7") + "\n");
  const Ended ended = place.run("import users.ndjson");
  BOOST_TEST(ended.code == 3);
  for (const char* each :
       {"refused line 2 (id 5): /id is already used", "refused line 4: /id must be an integer",
        "refused line 5 (id 6): /email must be an e-mail address",
        "refused line 6: is not valid JSON", "refused line 7: must be a JSON object",
        "refused line 8: /last-name is required; /first-name is required; /id is required"}) {
    BOOST_TEST(has(ended.err, each), ended.err << " does not say " << each);
  }
  BOOST_TEST(!has(ended.err + ended.out, "secret"), ended.err);
  BOOST_TEST(has(ended.out, "imported 2 users, refused 6,"), ended.out);
}

BOOST_AUTO_TEST_CASE(a_second_import_refuses_what_is_there_with_twenty_lines_and_a_count) {
  const Place place;
  place.write("users.ndjson", many(2'500));
  BOOST_TEST(place.run("import users.ndjson").code == 0);
  const Ended again = place.run("import - < users.ndjson");
  BOOST_TEST(again.code == 3);
  BOOST_TEST(std::count(again.err.begin(), again.err.end(), '\n') == 21);
  BOOST_TEST(has(again.err, "refused 2,480 more"), again.err);
  BOOST_TEST(has(again.out, "imported 0 users, refused 2,500,"), again.out);
}

BOOST_AUTO_TEST_CASE(a_store_in_use_is_refused_by_both_with_one_line) {
  const Place place;
  place.write("users.ndjson", many(1));
  RunningServer server(place.store());
  for (const char* words : {"import users.ndjson", "export"}) {
    const Ended ended = place.run(words);
    BOOST_TEST(ended.code == 1);
    BOOST_TEST(has(ended.err, "served by another process"), ended.err);
    BOOST_TEST(ended.err.find('\n') == ended.err.size() - 1);
  }
}

BOOST_AUTO_TEST_CASE(a_damaged_or_missing_file_changes_nothing_and_makes_no_store) {
  const Place place;
  place.write("db.json", R"({"users":[)" + user("1") + ",");
  place.write("none.json", R"({"posts":[]})");
  for (const char* words : {"import db.json", "import no.json", "import none.json", "export"}) {
    const Ended ended = place.run(words);
    BOOST_TEST(ended.code == 1, words);
    BOOST_TEST(ended.err.find('\n') == ended.err.size() - 1, ended.err);
  }
  BOOST_TEST(!std::filesystem::exists(place.file("rollcall.db")));
  BOOST_TEST(place.run("import db.json --store memory:").code == 2);
}

BOOST_AUTO_TEST_CASE(a_file_with_one_name_for_both_and_nested_objects_is_read_and_the_rest_told) {
  const Place place;
  place.write("users.json",
              R"([{"id":1,"name":"Leanne Graham","username":"Bret","email":"l@x.org",)"
              R"("address":{"city":"Gwenborough"}},)"
              R"({"id":2,"name":"Mrs. Dennis Schulist","email":"d@x.org","address":{}},)"
              R"({"id":3,"name":"Plato","email":"p@x.org","age":80}])");
  const std::string map = "import users.json --map name=first-name+last-name";
  const Ended refused = place.run(map);
  BOOST_TEST(refused.code == 3);
  BOOST_TEST(has(refused.err, "refused element 3 (id 3): /first-name is required"), refused.err);
  BOOST_TEST(
      has(refused.err, "rollcall: not kept: username (1 user), address (2 users), age (1 user)\n"),
      refused.err);
  BOOST_TEST(place.run(map + " --default first-name=-", "b.db").code == 0);
  BOOST_TEST(place.run("export --store " + place.store("b.db")).out ==
             R"({"last-name":"Graham","first-name":"Leanne","email":"l@x.org","id":1})"
             "\n"
             R"({"last-name":"Schulist","first-name":"Mrs. Dennis","email":"d@x.org","id":2})"
             "\n"
             R"({"last-name":"Plato","first-name":"-","email":"p@x.org","id":3})"
             "\n");
}

BOOST_AUTO_TEST_CASE(a_default_takes_the_place_of_what_is_missing_null_or_empty) {
  const Place place;
  place.write("a", R"({"id":1,"first-name":"A","email":"a@x.org"})"
                   "\n"
                   R"({"id":2,"last-name":null,"first-name":"B","email":"b@x.org"})"
                   "\n"
                   R"({"id":3,"last-name":"","first-name":"C","email":"c@x.org"})"
                   "\n"
                   R"({"id":4,"last-name":"D","first-name":"D","email":"d@x.org"})"
                   "\n"
                   R"({"id":5,"last-name":7,"first-name":"E","email":"e@x.org"})");
  const Ended ended = place.run("import a --default last-name=n/a");
  BOOST_TEST(has(ended.out, "imported 4 users, refused 1,"), ended.out);
  BOOST_TEST(has(ended.err, "refused line 5 (id 5): /last-name must be a string"), ended.err);
  const std::string users = place.run("export").out;
  for (const char* each :
       {R"({"last-name":"n/a","first-name":"A")", R"({"last-name":"n/a","first-name":"B")",
        R"({"last-name":"n/a","first-name":"C")", R"({"last-name":"D","first-name":"D")"}) {
    BOOST_TEST(has(users, each), users);
  }
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_is_skipped_and_utf_16_is_called_that) {
  const Place place;
  place.write("lines", "\xef\xbb\xbf" + many(2));
  BOOST_TEST(has(place.run("import lines").out, "imported 2 users, refused 0,"));
  place.write("json", "\xef\xbb\xbf{\"users\":[" + user("3") + "]}");
  BOOST_TEST(has(place.run("import json").out, "imported 1 user, refused 0,"));
  for (const std::string begin : {"\xff\xfe{", "\xfe\xff", "\xff\xfe"}) {
    place.write("wide", begin + std::string("\0\"\0u\0", 6));
    const Ended ended = place.run("import wide");
    BOOST_TEST(ended.code == 1);
    BOOST_TEST(has(ended.err, "wide is UTF-16 or UTF-32: convert it to UTF-8"), ended.err);
  }
  place.write("wide", std::string("{\0\"\0u\0", 6));
  BOOST_TEST(has(place.run("import wide").err, "wide is UTF-16"));
}

BOOST_AUTO_TEST_CASE(an_empty_file_is_an_error_and_an_empty_store_is_exported_as_such) {
  const Place place;
  for (const std::string text : {"", "\xef\xbb\xbf"}) {
    place.write("a", text);
    const Ended ended = place.run("import a");
    BOOST_TEST(ended.code == 1);
    BOOST_TEST(ended.err == "rollcall: a is empty\n");
    BOOST_TEST(place.run("export").code == 1);
  }
  place.write("none", "[]");
  BOOST_TEST(has(place.run("import none").out, "imported 0 users, refused 0,"));
  BOOST_TEST(place.run("export > lines").code == 0);
  BOOST_TEST(place.read("lines") == "{\"largest-id\":0}\n");
  BOOST_TEST(place.run("export --format json > json").code == 0);
  for (const char* each : {"lines", "json"}) {
    const Ended ended = place.run(std::string("import ") + each, std::string(each) + ".db");
    BOOST_TEST(ended.code == 0);
    BOOST_TEST(ended.err == "");
    BOOST_TEST(has(ended.out, "imported 0 users, refused 0,"), ended.out);
  }
}

BOOST_AUTO_TEST_CASE(an_export_imported_is_a_copy_byte_for_byte_also_with_gaps) {
  const Place place;
  place.write("a.ndjson", many(3'000) + user("4096") + "\n" + user("9007199254740991") + "\n");
  BOOST_REQUIRE(place.run("import a.ndjson").code == 0);
  BOOST_TEST(place.run("export > b.ndjson").code == 0);
  BOOST_TEST((place.read("b.ndjson") == place.read("a.ndjson")));
  const std::string program = ROLLCALL_PROGRAM;
  BOOST_TEST(
      place
          .run("export --format json > b.json && " + program + " import b.json --store sqlite:c.db")
          .code == 0);
  BOOST_TEST(place.run("export --store sqlite:c.db > c.ndjson").code == 0);
  BOOST_TEST((place.read("c.ndjson") == place.read("a.ndjson")));
}

BOOST_AUTO_TEST_CASE(an_export_carries_the_largest_id_ever_given_out_and_an_import_keeps_it) {
  const Place place;
  place.write("a", many(3));
  BOOST_REQUIRE(place.run("import a").code == 0);
  {
    RunningServer server(place.store());
    Client client(server.port());
    for (const char* id : {"2", "3"}) {
      client.exchange("DELETE /users/" + std::string(id) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    BOOST_REQUIRE(server.stop(SIGTERM) == 0);
  }
  BOOST_TEST(place.run("export > lines").code == 0);
  BOOST_TEST(place.read("lines") == user("1") + "\n{\"largest-id\":3}\n");
  BOOST_TEST(place.run("export --format json > json").code == 0);
  BOOST_TEST(place.read("json") ==
             "{\"users\":[\n" + user("1") + "\n],\"rollcall\":{\"largest-id\":3}}\n");
  for (const char* each : {"lines", "json"}) {
    const std::string name = std::string(each) + ".db";
    const Ended ended = place.run(std::string("import ") + each, name);
    BOOST_TEST(has(ended.out, "imported 1 user, refused 0,"), ended.out + ended.err);
    RunningServer server(place.store(name));
    Client client(server.port());
    const auto created = client.exchange(create_request(user_json("A", "B", "c@d.e")));
    BOOST_TEST(has(created->body(), "\"id\":4}"), created->body());
  }
  // A new id is larger too, and a store that has nobody any more is still told from NDJSON.
  place.write("new", "{\"largest-id\":9}\n" + user("null") + "\n");
  BOOST_TEST(place.run("import new --new-ids", "new.db").code == 0);
  BOOST_TEST(place.run("export", "new.db").out == user("10") + "\n");
}

BOOST_AUTO_TEST_CASE(a_line_too_long_is_refused_and_the_next_is_taken) {
  const Place place;
  place.write("a", user("1") + "\n" + std::string(2'000'000, 'x') + "\n" + user("2") + "\n" +
                       std::string(2'000'000, 'x'));
  const Ended ended = place.run("import a");
  BOOST_TEST(has(ended.err, "refused line 2: is longer"), ended.err);
  BOOST_TEST(has(ended.err, "refused line 4: is longer"), ended.err);
  BOOST_TEST(has(ended.out, "imported 2 users, refused 2,"), ended.out);
}

BOOST_AUTO_TEST_CASE(a_line_too_long_that_ends_the_file_where_a_read_ends_is_refused) {
  const Place place;
  place.write("a", std::string(5 * 256 * 1'024, 'x'));
  const Ended ended = place.run("import a --format ndjson");
  BOOST_TEST(has(ended.out, "imported 0 users, refused 1,"), ended.out);
}

BOOST_AUTO_TEST_CASE(an_output_that_can_not_be_written_is_exit_1_with_one_line) {
  const Place place;
  place.write("a", many(5'000));
  BOOST_REQUIRE(place.run("import a").code == 0);
  const Ended full = place.run("export > /dev/full");
  BOOST_TEST(full.code == 1);
  BOOST_TEST(full.err == "rollcall: can't write standard output: No space left on device\n");
}

BOOST_AUTO_TEST_CASE(an_import_whose_summary_can_not_be_written_is_done_and_exit_1) {
  const Place place;
  place.write("a", many(10));
  const Ended full = place.run("import a > /dev/full");
  BOOST_TEST(full.code == 1);
  BOOST_TEST(full.err == "rollcall: can't write standard output: No space left on device\n");
  BOOST_TEST(has(place.run("import a").err, "is already used"));
}

BOOST_AUTO_TEST_CASE(a_closed_standard_stream_is_exit_1_and_no_silent_success) {
  const Place place;
  place.write("a", many(10));
  BOOST_REQUIRE(place.run("import a").code == 0);
  const Ended out = place.run("export >&-");
  BOOST_TEST(out.code == 1);
  BOOST_TEST(has(out.err, "can't write standard output: "), out.err);
  const Ended in = place.run("import - <&-");
  BOOST_TEST(in.code == 1);
  BOOST_TEST(has(in.err, "can't read standard input: "), in.err);
}

BOOST_AUTO_TEST_CASE(an_interrupted_import_keeps_what_it_says_and_goes_on_when_run_again) {
  const Place place;
  place.write("a", many(50'000));
  const std::string fifo = place.file("fifo");
  BOOST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  Program program(ROLLCALL_PROGRAM, {"import", fifo, "--store", place.store()});
  // Sends half of the file and then nothing: the import waits for more until the signal.
  std::ofstream half(fifo, std::ios::binary);
  half << many(25'000) << std::flush;
  for (int i = 0; i < 5'000 && !std::filesystem::exists(place.file("rollcall.db-wal")); ++i) {
    BOOST_REQUIRE(!program.wait(std::chrono::milliseconds(2)));
  }
  program.wait(std::chrono::milliseconds(300));
  program.signal(SIGINT);
  BOOST_TEST(program.wait().value_or(-1) == 128 + SIGINT);
  BOOST_TEST(has(program.error_output(), "interrupted at line "), program.error_output());
  const std::string kept = place.run("export > kept").err;
  const std::string text = place.read("kept");
  const auto count = std::count(text.begin(), text.end(), '\n');
  BOOST_TEST(count > 0);
  BOOST_TEST(place.run("import a").code == 3);
  BOOST_TEST(place.run("export > all").code == 0);
  BOOST_TEST((place.read("all") == many(50'000)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
