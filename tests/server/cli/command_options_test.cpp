#include "server/cli/command_options.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <map>

#include "tests/support/temporary_directory.hpp"

namespace rollcall::server {
namespace {

using Variables = std::map<std::string, std::string>;

std::variant<ImportOptions, EarlyExit> parse(std::vector<const char*> words,
                                             const Variables& variables = {}) {
  words.insert(words.begin(), "import");
  return parse_import_options(static_cast<int>(words.size()), words.data(),
                              [&](const std::string& name) -> std::optional<std::string> {
                                const auto found = variables.find(name);
                                if (found == variables.end()) return std::nullopt;
                                return found->second;
                              });
}

ImportOptions good(const std::vector<const char*>& words, const Variables& variables = {}) {
  const auto parsed = parse(words, variables);
  const auto* const early = std::get_if<EarlyExit>(&parsed);
  BOOST_REQUIRE_MESSAGE(early == nullptr, (early == nullptr ? "" : early->err));
  return std::get<ImportOptions>(parsed);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(command_options)

BOOST_AUTO_TEST_CASE(the_store_is_found_by_flag_then_environment_then_file_then_default) {
  const tests::TemporaryDirectory directory;
  const std::string file = directory.file("rollcall.conf");
  std::ofstream(file) << "store = sqlite:file.db\nthreads = 2\n";
  BOOST_TEST(good({"-"}).store == "sqlite:rollcall.db");
  BOOST_TEST(good({"-", "--config", file.c_str()}).store == "sqlite:file.db");
  const Variables both{{"ROLLCALL_STORE", "sqlite:env.db"}, {"ROLLCALL_CONFIG", file}};
  BOOST_TEST(good({"-"}, both).store == "sqlite:env.db");
  BOOST_TEST(good({"-", "--store", "sqlite:flag.db"}, both).store == "sqlite:flag.db");
}

BOOST_AUTO_TEST_CASE(every_option_of_import_is_taken) {
  const ImportOptions options =
      good({"db.json", "--map", "a=email", "--map=b=id", "--new-ids", "--collection", "people",
            "--format", "json", "--default", "last-name=n=a", "--default=email=x@y.z"});
  BOOST_TEST(options.defaults[0] == "n=a");
  BOOST_TEST(options.defaults[1] == "");
  BOOST_TEST(options.defaults[2] == "x@y.z");
  BOOST_TEST(options.file == "db.json");
  BOOST_TEST(options.new_ids);
  BOOST_TEST(options.collection == "people");
  BOOST_TEST((options.format == FileFormat::json));
  BOOST_TEST(options.names.find("a")->place == 2U);
  BOOST_TEST(options.names.find("b")->place == protocol::id_member);
}

BOOST_AUTO_TEST_CASE(a_mistake_is_one_line_and_exit_2) {
  for (const std::vector<const char*>& words :
       std::vector<std::vector<const char*>>{{},
                                             {"a", "b"},
                                             {"a", "--map", "x"},
                                             {"a", "--map", "x=lastName"},
                                             {"a", "--map", "x=email", "--map", "x=id"},
                                             {"a", "--map", "x=first-name+id"},
                                             {"a", "--default", "email"},
                                             {"a", "--default", "email="},
                                             {"a", "--default", "id=1"},
                                             {"a", "--default=email=a@b", "--default=email=a@b"},
                                             {"a", "--format", "csv"},
                                             {"a", "--store", "memory:"},
                                             {"a", "--store", "sqlite:a", "--store", "sqlite:b"},
                                             {"a", "--new-id"},
                                             {"a", "--config", "/no/such"}}) {
    const auto parsed = parse(words);
    const auto* const early = std::get_if<EarlyExit>(&parsed);
    BOOST_REQUIRE(early != nullptr);
    BOOST_TEST(early->code == 2);
    BOOST_TEST(early->err.starts_with("rollcall: "));
    BOOST_TEST(early->err.find('\n') == early->err.size() - 1);
  }
}

BOOST_AUTO_TEST_CASE(help_tells_every_option) {
  const auto parsed = parse({"--help"});
  const auto& early = std::get<EarlyExit>(parsed);
  BOOST_TEST(early.code == 0);
  for (const char* each : {"--store", "--map", "--new-ids", "--collection", "--format", "3 some"}) {
    BOOST_TEST(early.out.find(each) != early.out.npos, each);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
