// The second part of WriteBatch: what was decided, as statements.
#include <set>

#include "storage/postgres/sql.hpp"
#include "storage/postgres/user_columns.hpp"
#include "storage/postgres/write_batch.hpp"

namespace rollcall::storage::postgres {
namespace {

using Verb = WriteOperation::Verb;

std::int64_t signed_of(std::uint64_t value) noexcept { return static_cast<std::int64_t>(value); }

void fence(Parameters& parameters, const Lane& lane, std::int64_t number) {
  parameters.add(lane.number).add(number).add(lane.owner);
}

}  // namespace

std::size_t WriteBatch::write(Script& script, const Lane& lane, std::int64_t number,
                              const Rules& rules, const Ids& ids, std::uint64_t lease) {
  if (plain_) {
    write_plain(script, lane, number);
  } else {
    if (places_ > 0) {
      Parameters& parameters = script.add(sql(true).ordered_fence);
      fence(parameters, lane, number);
      parameters.add(static_cast<std::int64_t>(places_)).add(signed_of(ids.largest() + 1));
    } else {
      fence(script.add(sql().fence), lane, number);
    }
    write_opens(script, lane, rules);
    write_keys(script, rules);
    write_holds(script);
    write_creates(script, lane, rules);
    write_updates(script, lane);
    write_removals(script, lane);
    write_runs(script, rules);
    write_closes(script);
    write_unused_keys(script, lane, rules);
  }
  const std::size_t place = script.size();
  if (lease != 0) script.add(sql().lease).add(signed_of(lease)).add(signed_of(ids.largest() + 1));
  if (!plain_) write_questions(script, lane);
  return place;
}

void WriteBatch::write_plain(Script& script, const Lane& lane, std::int64_t number) {
  UserColumns users(script);
  for (const Write& each : writes_) users.add(each.operation().id, each.operation().user);
  Parameters& parameters = script.add(sql().plain);
  fence(parameters, lane, number);
  users.add_ids_to(parameters);
  users.add_texts_to(parameters);
}

void WriteBatch::write_opens(Script& script, const Lane& lane, const Rules& rules) {
  if (opened_.empty()) return;
  Array& keys = script.array(Array::Of::texts);
  Array& tokens = script.array(Array::Of::integers);
  for (const auto& [key, place] : keys_) {
    const Write& write = writes_[place];
    if (write.operation().verb != Verb::open_upload) continue;
    keys.add(std::string_view(key));
    tokens.add(write.token);
  }
  script.add(sql().expired).add(keys);
  script.add(sql().opens)
      .add(lane.number)
      .add(keys)
      .add(tokens)
      .add(rules.key_lifetime_seconds)
      .add(std::int64_t{upload_lease.count()});
}

void WriteBatch::write_keys(Script& script, const Rules& rules) {
  Array& keys = script.array(Array::Of::texts);
  Array& payloads = script.array(Array::Of::integers);
  Array& users = script.array(Array::Of::integers);
  Array& tokens = script.array(Array::Of::integers);
  Array& answers = script.array(Array::Of::octets);
  std::string packed;
  for (const auto& [key, place] : keys_) {
    const Write& write = writes_[place];
    const WriteOperation& operation = write.operation();
    if (operation.verb == Verb::open_upload) continue;
    keys.add(std::string_view(key));
    payloads.add(signed_of(operation.key->payload));
    users.add(signed_of(operation.id));
    tokens.add(write.token);
    if (operation.is_partial()) {
      packed.resize(PackedUser::octets(operation.user));
      PackedUser::write(packed.data(), operation.user);
      answers.add(std::string_view(packed));
    } else {
      answers.add_null();
    }
  }
  if (keys.size() == 0) return;
  script.add(sql(rules.ordered_ids).keys)
      .add(rules.key_lifetime_seconds)
      .add(keys)
      .add(payloads)
      .add(users)
      .add(tokens)
      .add(answers);
}

/// Whoever opens the upload next must know of every line that was created before.
void WriteBatch::write_holds(Script& script) {
  std::set<std::int64_t> uploads;
  for (const Write& each : writes_) {
    const WriteOperation& operation = each.operation();
    const bool is_line = operation.key != nullptr && operation.key->line != 0;
    if (is_line && each.fate == Fate::made) uploads.insert(signed_of(operation.key->upload));
  }
  if (uploads.empty()) return;
  Array& keys = script.array(Array::Of::texts);
  Array& tokens = script.array(Array::Of::integers);
  for (const std::int64_t each : uploads) {
    keys.add(uploads_.key_of(each));
    tokens.add(each);
  }
  script.add(sql().holds).add(keys).add(tokens);
}

void WriteBatch::write_creates(Script& script, const Lane& lane, const Rules& rules) {
  UserColumns users(script);
  DerivedColumns derived(script);
  Array& keys = script.array(Array::Of::texts);
  Array& tokens = script.array(Array::Of::integers);
  for (const Write& each : writes_) {
    const WriteOperation& operation = each.operation();
    if (operation.verb != Verb::create || each.fate != Fate::made) continue;
    users.add(operation.id, operation.user);
    derived.add(operation.user, email_key_);
    if (operation.key == nullptr) {
      keys.add_null();
      tokens.add_null();
    } else if (operation.key->line == 0) {
      keys.add(operation.key->text);
      tokens.add(each.token);
    } else {
      keys.add(uploads_.key_of(signed_of(operation.key->upload)));
      tokens.add(signed_of(operation.key->upload));
    }
  }
  if (users.size() == 0) return;
  const Sql& all = sql(rules.ordered_ids);
  Parameters& parameters = script.add(rules.unique_emails ? all.creates_unique : all.creates);
  parameters.add(lane.number);
  users.add_ids_to(parameters);
  users.add_texts_to(parameters);
  derived.add_to(parameters);
  parameters.add(keys).add(tokens);
}

void WriteBatch::write_updates(Script& script, const Lane& lane) {
  UserColumns now(script);
  DerivedColumns derived(script);
  UserColumns was(script);
  Array& claims = script.array(Array::Of::texts);
  Array& keys = script.array(Array::Of::texts);
  Array& tokens = script.array(Array::Of::integers);
  const auto add_or_null = [](Array& to, const std::string& text) {
    text.empty() ? to.add_null() : to.add(std::string_view(text));
  };
  for (const auto& [id, change] : changes_) {
    if (change.removed) continue;
    now.add(id, change.now);
    derived.add(change.now, email_key_);
    was.add(change.was.view());
    add_or_null(claims, change.claim);
    add_or_null(keys, change.key);
    tokens.add(change.token);
  }
  if (now.size() == 0) return;
  Parameters& parameters = script.add(sql().updates);
  parameters.add(lane.number);
  now.add_ids_to(parameters);
  now.add_texts_to(parameters);
  derived.add_to(parameters);
  was.add_texts_to(parameters);
  parameters.add(claims).add(keys).add(tokens);
}

void WriteBatch::write_removals(Script& script, const Lane& lane) {
  UserColumns was(script);
  for (const auto& [id, change] : changes_) {
    if (change.removed) was.add(id, change.was.view());
  }
  if (was.size() == 0) return;
  Parameters& parameters = script.add(sql().removals);
  parameters.add(lane.number);
  was.add_ids_to(parameters);
  was.add_texts_to(parameters);
}

void WriteBatch::write_runs(Script& script, const Rules& rules) {
  struct Run {
    std::uint64_t upload;
    UploadRun run;
  };
  std::vector<Run> runs;
  for (const Write& each : writes_) {
    const WriteOperation& operation = each.operation();
    if (operation.verb != Verb::create || operation.key == nullptr || operation.key->line == 0 ||
        each.fate != Fate::made) {
      continue;
    }
    const std::uint64_t line = operation.key->line;
    const UploadRun next{line, 1, operation.id, digest_of_line(line, operation.user)};
    // Where addresses are unique, a user of the run may not be made.
    if (!runs.empty() && !rules.unique_emails && runs.back().upload == operation.key->upload) {
      UploadRun& last = runs.back().run;
      if (last.line + last.count == next.line && last.id + last.count == next.id) {
        ++last.count;
        last.digest += next.digest;
        continue;
      }
    }
    runs.push_back({operation.key->upload, next});
  }
  if (runs.empty()) return;
  Array& keys = script.array(Array::Of::texts);
  Array* columns[5];
  for (Array*& each : columns) each = &script.array(Array::Of::integers);
  for (const Run& each : runs) {
    keys.add(uploads_.key_of(signed_of(each.upload)));
    std::size_t column = 0;
    for (const std::uint64_t value :
         {each.upload, each.run.line, each.run.count, each.run.id, each.run.digest}) {
      columns[column++]->add(signed_of(value));
    }
  }
  Parameters& parameters = script.add(sql(rules.ordered_ids).runs);
  parameters.add(keys);
  for (Array* const each : columns) parameters.add(*each);
  parameters.add(rules.key_lifetime_seconds).add(std::int64_t{upload_lease.count()});
}

void WriteBatch::write_closes(Script& script) {
  Array& keys = script.array(Array::Of::texts);
  Array& tokens = script.array(Array::Of::integers);
  for (const Write& each : writes_) {
    if (each.operation().verb != Verb::close_upload) continue;
    const std::int64_t token = signed_of(each.operation().key->upload);
    keys.add(uploads_.key_of(token));
    tokens.add(token);
  }
  if (keys.size() == 0) return;
  script.add(sql().empty).add(keys).add(tokens);
  script.add(sql().closes).add(keys).add(tokens);
}

void WriteBatch::write_unused_keys(Script& script, const Lane& lane, const Rules& rules) {
  Array& keys = script.array(Array::Of::texts);
  Array& tokens = script.array(Array::Of::integers);
  Array& ids = script.array(Array::Of::integers);
  for (const auto& [key, place] : keys_) {
    const Write& write = writes_[place];
    if (write.operation().verb == Verb::open_upload) continue;
    keys.add(std::string_view(key));
    tokens.add(write.token);
    ids.add(signed_of(write.operation().id));
  }
  if (keys.size() == 0) return;
  script.add(sql(rules.ordered_ids).unused_keys).add(lane.number).add(keys).add(tokens).add(ids);
}

void WriteBatch::write_questions(Script& script, const Lane& lane) {
  if (!opened_.empty()) {
    Array& keys = script.array(Array::Of::texts);
    Array& tokens = script.array(Array::Of::integers);
    for (const auto& [key, place] : keys_) {
      if (writes_[place].operation().verb == Verb::open_upload) keys.add(std::string_view(key));
    }
    for (const std::int64_t each : opened_) tokens.add(each);
    script.add(sql().known_runs).add(keys).add(tokens);
  }
  script.add(sql().outcome).add(lane.number);
}

}  // namespace rollcall::storage::postgres
