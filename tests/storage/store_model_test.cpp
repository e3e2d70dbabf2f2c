#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>

#include "tests/storage/store_contract.hpp"
#include "tests/support/settings.hpp"

/// Random writes and listings, held against the simplest model that can be right. The same for
/// every store.
namespace rollcall::storage {
namespace {

using Verb = WriteOperation::Verb;
using Random = std::mt19937_64;

struct Texts {
  std::string last_name, first_name, email;
  UserView view() const noexcept { return {last_name, first_name, email}; }
};

/// One write as it is asked for.
struct Asked {
  Verb verb = Verb::create;
  UserId id = 0;
  Texts user;
  MemberSet members = all_members;
  std::string key;
  std::optional<Condition> condition;
};

std::string folded(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

class Model {
 public:
  explicit Model(bool unique_emails) : unique_(unique_emails) {}

  /// Does the write, if it can be done, and says how it ends. A creation gets `id` if it is larger
  /// than all before: a store may leave some out.
  Status take(const Asked& asked, UserId id) {
    return asked.verb == Verb::create ? create(asked, id) : change(asked);
  }
  /// Of the creation with this key.
  UserId id_of(const std::string& key) const { return keyed_.at(key).id; }

  /// Whether a filter by one of the addresses finds the other.
  bool same(const std::string& a, const std::string& b) const {
    return unique_ ? folded(a) == folded(b) : a == b;
  }

  std::map<UserId, Texts> users;
  UserId largest = 0;
  std::vector<std::string> keys;

 private:
  struct Keyed {
    UserView payload() const noexcept { return user.view(); }
    Texts user;
    UserId id;
  };

  bool taken(const std::string& email, UserId but) const {
    return unique_ && std::any_of(users.begin(), users.end(), [&](const auto& each) {
             return each.first != but && folded(each.second.email) == folded(email);
           });
  }

  Status create(const Asked& asked, UserId id) {
    if (const auto known = keyed_.find(asked.key); known != keyed_.end()) {
      return known->second.payload() == asked.user.view() ? Status::replayed : Status::key_reused;
    }
    if (taken(asked.user.email, 0)) return Status::email_taken;
    BOOST_REQUIRE_GT(id, largest);
    users[largest = id] = asked.user;
    if (!asked.key.empty()) {
      keyed_[asked.key] = {asked.user, id};
      keys.push_back(asked.key);
    }
    return Status::ok;
  }

  Status change(const Asked& asked) {
    const auto found = users.find(asked.id);
    if (found == users.end()) return Status::not_found;
    Texts& user = found->second;
    if (asked.condition && !asked.condition->holds(version_of(asked.id, user.view()))) {
      return Status::condition_failed;
    }
    if (asked.verb == Verb::remove) {
      users.erase(found);
      return Status::ok;
    }
    Texts next = user;
    const auto has = [&](Member member) { return (asked.members & set_of(member)) != 0; };
    if (has(Member::last_name)) next.last_name = asked.user.last_name;
    if (has(Member::first_name)) next.first_name = asked.user.first_name;
    if (has(Member::email)) next.email = asked.user.email;
    if (taken(next.email, asked.id)) return Status::email_taken;
    user = next;
    return Status::ok;
  }

  const bool unique_;
  std::map<std::string, Keyed> keyed_;
};

/// Few addresses, so that many are taken.
Texts random_user(Random& random) {
  const auto name = [&] { return std::string(1 + random() % 40, char('a' + random() % 26)); };
  return {name(), name(), (random() % 2 ? "u" : "U") + std::to_string(random() % 200) + "@b.c"};
}

Asked random_write(Random& random, const Model& model, std::set<std::string>& keys_of_batch) {
  Asked asked;
  asked.user = random_user(random);
  const std::uint64_t verb = random() % 8;
  if (verb < 4) {
    if (random() % 2 == 0) return asked;
    const bool again = !model.keys.empty() && random() % 2 == 0;
    asked.key = again ? model.keys[random() % model.keys.size()]
                      : "key-" + std::to_string(random() % 1'000'000);
    // While one is under way another one is refused: that is another test's.
    if (!keys_of_batch.insert(asked.key).second) asked.key.clear();
    return asked;
  }
  asked.verb = verb < 7 ? Verb::replace : Verb::remove;
  asked.id = 1 + random() % (model.largest + 2);
  if (verb == 6) asked.members = static_cast<MemberSet>(random() % (all_members + 1));
  if (random() % 3 == 0) {
    const auto found = model.users.find(asked.id);
    Condition condition;
    const bool current = random() % 2 == 0 && found != model.users.end();
    Versions& versions = random() % 2 == 0 ? condition.match : condition.none_match;
    versions.add(current ? version_of(asked.id, found->second.view()) : random());
    asked.condition = condition;
  }
  return asked;
}

/// All in one turn; each must end as the model says.
void write(Store& store, const std::vector<Asked>& batch, Model& model) {
  RecordingOwner owner;
  const auto session = store.open_session(owner);
  std::deque<WriteOperation> operations(batch.size());
  std::deque<IdempotencyKey> keys(batch.size());
  std::deque<UserRecord> merged(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    WriteOperation& operation = operations[i];
    operation.verb = batch[i].verb;
    if (operation.verb != Verb::create) operation.id = batch[i].id;
    operation.user = batch[i].user.view();
    operation.members = batch[i].members;
    operation.merged = &merged[i];
    if (batch[i].condition) operation.condition = &*batch[i].condition;
    keys[i].text = batch[i].key;
    if (!batch[i].key.empty()) operation.key = &keys[i];
    session->write(operation);
  }
  owner.turn_until(*session, batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const WriteOperation& done = operations[i];
    const Status expected = model.take(batch[i], done.id);
    BOOST_REQUIRE_EQUAL(static_cast<int>(done.status), static_cast<int>(expected));
    if (expected == Status::replayed) BOOST_REQUIRE_EQUAL(done.id, model.id_of(batch[i].key));
  }
}

void list(Session& session, ListOperation& operation, RecordingOwner& owner) {
  const std::size_t listed = owner.listed.size();
  session.list(operation);
  while (owner.listed.size() == listed) owner.turn(session);
  BOOST_REQUIRE((operation.status == Status::ok));
}

/// A listing of a random kind must be what the model says.
void check_listing(Store& store, const Model& model, Random& random) {
  ListOperation operation;
  ListRequest& request = operation.request;
  request.limit = 1 + random() % 50;
  request.descending = random() % 2 == 0;
  if (random() % 2 == 0) request.after = 1 + random() % (model.largest + 2);
  if (request.after == 0) request.skip = random() % 20;
  std::string email;
  if (random() % 2 == 0) {
    email = random_user(random).email;
    request.filter[Member::email].push_back(email);
  }
  RecordingOwner owner;
  list(*store.open_session(owner), operation, owner);

  std::vector<UserId> expected;
  std::uint64_t total = 0;
  std::uint64_t passed = 0;
  const auto look_at = [&](const auto& each) {
    if (!email.empty() && !model.same(each.second.email, email)) return;
    ++total;
    const bool behind = request.after == 0 || (request.descending ? each.first < request.after
                                                                  : each.first > request.after);
    if (behind && passed++ >= request.skip) expected.push_back(each.first);
  };
  if (request.descending) {
    std::for_each(model.users.rbegin(), model.users.rend(), look_at);
  } else {
    std::for_each(model.users.begin(), model.users.end(), look_at);
  }
  BOOST_REQUIRE_EQUAL(operation.total, total);
  BOOST_REQUIRE_EQUAL(operation.more, expected.size() > request.limit);
  expected.resize(std::min(expected.size(), request.limit));
  BOOST_REQUIRE_EQUAL(operation.users.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    BOOST_REQUIRE_EQUAL(operation.users.id(i), expected[i]);
    BOOST_REQUIRE((operation.users.user(i) == model.users.at(expected[i]).view()));
  }
}

void check_every_id(Store& store, const Model& model) {
  RecordingOwner owner;
  const auto session = store.open_session(owner);
  BOOST_REQUIRE_EQUAL(store.size(), model.users.size());
  for (UserId id = 1; id <= model.largest + 2; ++id) {
    FindOperation operation;
    operation.id = id;
    find(*session, owner, operation);
    const auto expected = model.users.find(id);
    BOOST_REQUIRE(
        (operation.status == (expected == model.users.end() ? Status::not_found : Status::ok)));
    if (expected == model.users.end()) continue;
    BOOST_REQUIRE((operation.user.view() == expected->second.view()));
  }
}

constexpr bool unique[] = {false, true};

}  // namespace

BOOST_AUTO_TEST_SUITE(store_model)

BOOST_DATA_TEST_CASE(random_writes_and_listings_end_as_in_the_simplest_model,
                     boost::unit_test::data::make(kinds) * boost::unit_test::data::make(unique),
                     kind, unique_emails) {
  StoreRules rules;
  rules.unique_email = unique_emails;
  OpenedStore opened(kind, rules);
  Random random(tests::first_seed());
  Model model(unique_emails);
  // Each step is several round trips there.
  const int steps = kind.shared ? 120 : 400;
  for (int i = 0; i < steps; ++i) {
    std::vector<Asked> batch;
    std::set<std::string> keys;
    for (std::uint64_t count = 1 + random() % 8; count > 0; --count) {
      batch.push_back(random_write(random, model, keys));
    }
    write(*opened.store, batch, model);
    check_listing(*opened.store, model, random);
    if (i % 40 != 39) continue;
    check_every_id(*opened.store, model);
    if (!kind.durable) continue;
    opened.close();
    opened.open();
    check_every_id(*opened.store, model);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
