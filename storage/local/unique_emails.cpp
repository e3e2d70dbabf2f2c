#include "storage/local/unique_emails.hpp"

#include <algorithm>
#include <functional>

namespace rollcall::storage {
namespace {

class Visitor final : public UserVisitor {
 public:
  explicit Visitor(std::function<void(UserId, std::string_view)> take) : take_(std::move(take)) {}
  void visit(UserId id, const UserView& user) noexcept override { take_(id, user.email); }

 private:
  std::function<void(UserId, std::string_view)> take_;
};

void for_each_email(const Table& table, std::function<void(UserId, std::string_view)> take) {
  Visitor visitor(std::move(take));
  for (UserId id = table.next_id(0); id != 0;) {
    const std::uint64_t block = id / Table::block_ids;
    table.visit(block, visitor);
    id = table.next_id((block + 1) * Table::block_ids - 1);
  }
}

}  // namespace

std::vector<std::vector<UserId>> UniqueEmails::load(const Table& table) {
  taken_.reserve(table.size());
  std::vector<Digest> twice;
  for_each_email(table, [&](UserId, std::string_view email) {
    const Digest digest = digest_of(email);
    if (taken_.insert(digest) || twice.size() == max_told) return;
    if (std::find(twice.begin(), twice.end(), digest) == twice.end()) twice.push_back(digest);
  });
  std::vector<std::vector<UserId>> groups(twice.size());
  if (twice.empty()) return groups;
  for_each_email(table, [&](UserId id, std::string_view email) {
    const auto found = std::find(twice.begin(), twice.end(), digest_of(email));
    if (found != twice.end()) groups[static_cast<std::size_t>(found - twice.begin())].push_back(id);
  });
  for (std::vector<UserId>& each : groups) {
    std::sort(each.begin(), each.end());
    if (each.size() > max_told) each.resize(max_told);
  }
  return groups;
}

bool UniqueEmails::add(std::string_view email) {
  const Digest digest = digest_of(email);
  if (!taken_.insert(digest)) return false;
  changes_.push_back({digest, true});
  return true;
}

bool UniqueEmails::replace(std::string_view before, std::string_view after) {
  const Digest old = digest_of(before);
  if (digest_of(after) == old) return true;
  if (!add(after)) return false;
  erase(old);
  return true;
}

void UniqueEmails::remove(std::string_view email) { erase(digest_of(email)); }

void UniqueEmails::erase(const Digest& digest) {
  taken_.erase(digest);
  changes_.push_back({digest, false});
}

void UniqueEmails::drop() {
  while (!changes_.empty()) {
    const Change last = changes_.back();
    changes_.pop_back();
    if (last.added) {
      taken_.erase(last.digest);
    } else {
      taken_.insert(last.digest);
    }
  }
}

UniqueEmails::Digest UniqueEmails::digest_of(std::string_view email) {
  return digester_(key_(email));
}

}  // namespace rollcall::storage
