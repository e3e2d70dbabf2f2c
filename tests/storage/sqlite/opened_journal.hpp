#pragma once

#include <memory>
#include <string>

#include "storage/local/table_sink.hpp"
#include "storage/sqlite/journal.hpp"
#include "tests/storage/faulty_vfs.hpp"
#include "tests/support/temporary_directory.hpp"

namespace rollcall::storage {

/// A place for a journal.
struct File {
  tests::TemporaryDirectory directory;
  std::string path = directory.file("a.db");
};

/// A journal, and the table it was loaded into.
struct Opened {
  explicit Opened(const std::string& path) {
    journal = SqliteJournal::open(path, sink, report, {}, FaultyVfs::name);
  }
  Status commit(UserId id, std::string_view last_name = "A") const {
    WriteOperation operation;
    operation.id = id;
    operation.user = {last_name, "B", "a@b.c"};
    return journal->commit(&operation, {});
  }
  /// A batch of every kind: of user 1 a part replaced with a key, user 2 removed, user 3 created
  /// with a key.
  Status commit_one_of_each() const {
    IdempotencyKey part, key;
    part.text = "p";
    part.number = 1;
    key.text = "k";
    key.number = 2;
    WriteOperation replacement, removal, creation;
    replacement.verb = WriteOperation::Verb::replace;
    replacement.id = 1;
    replacement.members = set_of(Member::last_name);
    replacement.key = &part;
    replacement.user = {"New", "B", "a@b.c"};
    replacement.next = &removal;
    removal.verb = WriteOperation::Verb::remove;
    removal.id = 2;
    removal.next = &creation;
    creation.id = 3;
    creation.user = {"A", "B", "a@b.c"};
    creation.key = &key;
    return journal->commit(&replacement, {});
  }
  /// Every user as its id and last name, and every key.
  std::string contents() const {
    std::string text;
    for (UserId id = 1; id <= 3; ++id) {
      UserRecord user;
      if (!table.find(id, user)) continue;
      text += std::to_string(id) + " " + std::string(user.view().last_name) + ", ";
    }
    for (const StoredKey& each : report.keys) {
      text += each.text + " of " + std::to_string(each.user_id);
      if (each.answer.empty()) continue;
      text += " " + std::string(PackedUser::read(each.answer.data()).last_name) + ", ";
    }
    return text;
  }

  Table table;
  TableSink sink{table};
  OpenReport report;
  std::unique_ptr<SqliteJournal> journal;
};

}  // namespace rollcall::storage
