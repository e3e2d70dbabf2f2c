#pragma once

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <deque>
#include <string>
#include <vector>

#include "storage/open_store.hpp"
#include "tests/storage/recording_owner.hpp"
#include "tests/support/temporary_directory.hpp"
#ifdef ROLLCALL_OVER_POSTGRES
#include "tests/postgres/cluster.hpp"
#endif

/// What the tests of every Store's promises (storage/store.hpp) have in common.
namespace rollcall::storage {

struct Kind {
  const char* name;
  bool durable;
  CommitBy commit;
  bool shared = false;  ///< A database that other instances may use, with a clock of its own.
  const char* parameter = "";  ///< Of its URL.
};

inline std::ostream& operator<<(std::ostream& out, const Kind& kind) { return out << kind.name; }

inline const Kind sqlite_by_turn{"sqlite, committed by turn", true, CommitBy::turn};

// The same tests are compiled a second time for the store over PostgreSQL (tests/postgres), because
// each needs a database, which takes a second to start.
#ifdef ROLLCALL_OVER_POSTGRES
inline const Kind kinds[] = {
    {"postgres", true, CommitBy::thread, true},
    {"postgres, ordered ids", true, CommitBy::thread, true, "&ids=ordered"}};
inline const Kind& durable_kind = kinds[0];
#else
inline const Kind kinds[] = {{"memory", false, CommitBy::turn},
                             sqlite_by_turn,
                             {"sqlite, committed by a thread", true, CommitBy::thread},
                             {"sqlite, committed as suits the load", true, CommitBy::load}};
inline const Kind& durable_kind = sqlite_by_turn;
#endif

struct OpenedStore {
  explicit OpenedStore(const Kind& chosen, const StoreRules& wanted = {})
      : kind(chosen), rules(wanted), url(new_url()) {
    open();
  }
  ~OpenedStore() { close(); }

  void open() { store = open_store(url, {kind.commit, rules}, {}); }
  void close() {
    std::string error;
    if (store) BOOST_TEST(store->close(error), error);
    store.reset();
  }

  const Kind kind;
  const StoreRules rules;
  tests::TemporaryDirectory directory;
  const std::string url;
  std::unique_ptr<Store> store;

 private:
  std::string new_url() {
#ifdef ROLLCALL_OVER_POSTGRES
    if (kind.shared) {
      return tests::shared_cluster().url(tests::shared_cluster().new_schema()) + kind.parameter;
    }
#endif
    return kind.durable ? "sqlite:" + directory.file("a.db") : "memory:";
  }
};

/// Creates as many users as there are names, in one turn; their operations in that order.
inline std::deque<WriteOperation> create(Store& store, const std::vector<std::string>& names) {
  RecordingOwner owner;
  const auto session = store.open_session(owner);
  std::deque<WriteOperation> operations(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    operations[i].user = {names[i], "F", "a@b.c"};
    session->write(operations[i]);
  }
  owner.turn_until(*session, names.size());
  for (std::size_t i = 0; i < names.size(); ++i) BOOST_TEST(owner.written[i] == &operations[i]);
  return operations;
}

/// Does the write in a turn of its own; its status.
inline Status write(Store& store, WriteOperation& operation) {
  RecordingOwner owner;
  const auto session = store.open_session(owner);
  session->write(operation);
  owner.turn_until(*session, 1);
  return operation.status;
}

inline WriteOperation replacement(UserId id, const UserView& user) {
  WriteOperation operation;
  operation.verb = WriteOperation::Verb::replace;
  operation.id = id;
  operation.user = user;
  return operation;
}

inline WriteOperation removal(UserId id) {
  WriteOperation operation;
  operation.verb = WriteOperation::Verb::remove;
  operation.id = id;
  return operation;
}

inline Status replace(Store& store, UserId id, const UserView& user) {
  WriteOperation operation = replacement(id, user);
  return write(store, operation);
}

inline Status remove(Store& store, UserId id) {
  WriteOperation operation = removal(id);
  return write(store, operation);
}

/// Turns until the look-up is completed.
inline void find(Session& session, RecordingOwner& owner, FindOperation& operation) {
  const std::size_t found = owner.found.size();
  session.find(operation);
  while (owner.found.size() == found) owner.turn(session);
}

inline Status find(Store& store, UserId id, UserRecord& user) {
  RecordingOwner owner;
  const auto session = store.open_session(owner);
  FindOperation operation;
  operation.id = id;
  find(*session, owner, operation);
  user = operation.user;
  return operation.status;
}

}  // namespace rollcall::storage
