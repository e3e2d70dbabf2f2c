#include <array>

#include "tests/storage/store_contract.hpp"

/// What every Store promises (storage/store.hpp) of listings and exports, over each of them.
namespace rollcall::storage {
namespace {

struct Listed {
  std::vector<UserId> ids;
  std::uint64_t total;
  bool more;
};

Listed list(Store& store, ListRequest request) {
  RecordingOwner owner;
  const auto session = store.open_session(owner);
  ListOperation operation;
  operation.request = std::move(request);
  session->list(operation);
  while (owner.listed.empty()) owner.turn(*session);
  BOOST_TEST((operation.status == Status::ok));
  std::vector<UserId> ids;
  for (std::size_t i = 0; i < operation.users.size(); ++i) ids.push_back(operation.users.id(i));
  return {ids, operation.total, operation.more};
}

ListRequest up_to(std::size_t limit, const UserFilter& filter = {}) {
  ListRequest request;
  request.limit = limit;
  request.filter = filter;
  return request;
}

/// One piece of an export.
void export_next(Store& store, ExportOperation& operation) {
  RecordingOwner owner;
  const auto session = store.open_session(owner);
  session->export_next(operation);
  while (owner.exported.empty()) owner.turn(*session);
}

/// What is left of an export: each user as its id and its last name.
std::vector<std::string> rest(Store& store, ExportOperation& operation) {
  std::vector<std::string> users;
  for (;;) {
    for (std::size_t i = 0; i < operation.users.size(); ++i) {
      users.push_back(std::to_string(operation.users.id(i)) + " " +
                      std::string(operation.users.user(i).last_name));
    }
    if (operation.end) return users;
    export_next(store, operation);
    BOOST_REQUIRE((operation.status == Status::ok));
  }
}

/// What a page of `store` must have, and say.
struct PageCheck {
  Store& store;

  void operator()(const ListRequest& request, const std::vector<UserId>& expected,
                  std::uint64_t total, bool more) const {
    const Listed listed = list(store, request);
    BOOST_TEST(listed.ids == expected, boost::test_tools::per_element());
    BOOST_TEST(listed.total == total);
    BOOST_TEST(listed.more == more);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(store_listing)

BOOST_DATA_TEST_CASE(a_listing_has_the_users_that_are_there_in_order, kinds, kind) {
  OpenedStore opened(kind);
  Store& store = *opened.store;
  create(store, {"A", "B", "A", "B", "A"});
  remove(store, 3);
  const auto check = [&](const ListRequest& request, const std::vector<UserId>& expected) {
    BOOST_TEST(list(store, request).ids == expected, boost::test_tools::per_element());
  };
  ListRequest request = up_to(10);
  check(request, {1, 2, 4, 5});
  request.descending = true;
  request.after = 5;
  check(request, {4, 2, 1});
  request.filter[Member::last_name] = {"A"};
  check(request, {1});
  request.after = 0;
  request.limit = 1;
  check(request, {5});
}

BOOST_DATA_TEST_CASE(a_filter_holds_for_a_user_if_one_value_of_each_kind_does, kinds, kind) {
  OpenedStore opened(kind);
  Store& store = *opened.store;
  create(store, {"Łuk", "Bow", "Arc", "Bow"});
  replace(store, 2, {"Bow", "Zed", "bow@x.y"});
  const auto check = [&](const UserFilter& filter, const std::vector<UserId>& expected) {
    const Listed listed = list(store, up_to(10, filter));
    BOOST_TEST(listed.ids == expected, boost::test_tools::per_element());
    BOOST_TEST(listed.total == expected.size());
    BOOST_TEST(!listed.more);
  };
  using Texts = std::vector<std::string>;
  const auto check_parts = [&](const Texts& parts, const std::vector<UserId>& expected) {
    UserFilter filter;
    for (const std::string& each : parts) filter.substrings.emplace_back(each);
    check(filter, expected);
  };
  const auto check_texts = [&](Member member, const Texts& values,
                               const std::vector<UserId>& expected) {
    UserFilter filter;
    filter[member] = values;
    check(filter, expected);
  };
  check_texts(Member::last_name, {"Bow"}, {2, 4});
  check_texts(Member::last_name, {"bow"}, {});
  check_texts(Member::last_name, {"Łuk", "Arc"}, {1, 3});
  check_texts(Member::first_name, {"Zed"}, {2});
  check_texts(Member::email, {"a@b.c"}, {1, 3, 4});
  check_parts({"ow"}, {2, 4});
  check_parts({"@x"}, {2});
  check_parts({"ł"}, {1});
  check_parts({"3"}, {3});
  UserFilter filter;
  filter.ids = {4, 1, 9, 4};
  check(filter, {1, 4});
  filter.ids = {2, 3};
  filter[Member::last_name] = {"Bow"};
  check(filter, {2});
  filter.ids.clear();
  filter[Member::email] = {"a@b.c"};
  check(filter, {4});
  filter[Member::email].clear();
  filter.substrings = {"zed", "nobody"};
  check(filter, {2});
}

BOOST_DATA_TEST_CASE(a_page_tells_the_total_and_whether_there_are_more, kinds, kind) {
  OpenedStore opened(kind);
  Store& store = *opened.store;
  create(store, {"A", "B", "A", "B", "A", "A"});
  remove(store, 5);
  const PageCheck check{store};
  ListRequest request = up_to(2);
  check(request, {1, 2}, 5, true);
  request.after = 2;
  check(request, {3, 4}, 5, true);
  request.after = 4;
  check(request, {6}, 5, false);
  request.after = max_user_id;
  check(request, {}, 5, false);
  request = up_to(2);
  request.filter[Member::last_name] = {"A"};
  check(request, {1, 3}, 3, true);
  request.skip = 1;
  check(request, {3, 6}, 3, false);
  request.skip = 3;
  check(request, {}, 3, false);
  request.skip = 1;
  request.descending = true;
  check(request, {3, 1}, 3, false);
}

BOOST_DATA_TEST_CASE(a_listing_in_the_order_of_a_member_goes_on_behind_a_user, kinds, kind) {
  OpenedStore opened(kind);
  Store& store = *opened.store;
  create(store, {"B", "C", "A", "C", "B", "D"});
  const PageCheck check{store};
  ListRequest request = up_to(4);
  request.order = {{index_of(Member::last_name), false}};
  check(request, {3, 1, 5, 2}, 6, true);
  request.after = 2;
  check(request, {4, 6}, 6, false);
  request.order.front().descending = true;
  check(request, {4, 1, 5, 3}, 6, false);
  request.descending = true;
  request.limit = 2;
  check(request, {5, 1}, 6, true);
  request.after = 0;
  request.skip = 5;
  check(request, {3}, 6, false);
  request.skip = 6;
  check(request, {}, 6, false);
  request.skip = 0;
  request.filter[Member::last_name] = {"B", "C"};
  check(request, {4, 2}, 4, true);
  request.filter.ids = {6, 5, 1, 2};
  check(request, {2, 5}, 3, true);
}

BOOST_DATA_TEST_CASE(a_place_in_the_order_of_a_member_is_known_only_of_a_user, kinds, kind) {
  OpenedStore opened(kind);
  create(*opened.store, {"B", "A"});
  RecordingOwner owner;
  const auto session = opened.store->open_session(owner);
  ListOperation operation;
  operation.request = up_to(10);
  operation.request.order = {{index_of(Member::email), false}};
  operation.request.after = 3;
  session->list(operation);
  while (owner.listed.empty()) owner.turn(*session);
  BOOST_TEST((operation.status == Status::not_found));
}

BOOST_DATA_TEST_CASE(what_is_cancelled_is_completed_all_the_same, kinds, kind) {
  OpenedStore opened(kind);
  // More than a first look goes through.
  create(*opened.store, std::vector<std::string>(5'000, "A"));
  RecordingOwner owner;
  const auto session = opened.store->open_session(owner);
  ListOperation operation;
  operation.request = up_to(10);
  operation.request.filter[Member::email] = {"nobody"};
  session->list(operation);
  BOOST_REQUIRE(owner.listed.empty());
  session->cancel(operation);
  BOOST_TEST(owner.listed.empty());
  session->end_turn();
  BOOST_TEST(owner.listed.size() == 1U);
  BOOST_TEST((operation.status == Status::cancelled));
  WriteOperation creation;
  creation.user = {"A", "B", "a@b.c"};
  session->write(creation);
  if (owner.written.empty()) session->cancel(creation);
  owner.turn_until(*session, 1);
  BOOST_TEST((creation.status == Status::ok));
}

BOOST_DATA_TEST_CASE(a_durable_listing_lacks_what_is_not_committed, kinds, kind) {
  if (!kind.durable) return;
  OpenedStore opened(kind);
  RecordingOwner owner;
  const auto session = opened.store->open_session(owner);
  WriteOperation operation;
  operation.user = {"A", "B", "a@b.c"};
  session->write(operation);
  BOOST_TEST(list(*opened.store, up_to(10)).ids.empty());
  owner.turn_until(*session, 1);
  BOOST_TEST(list(*opened.store, up_to(10)).ids.size() == 1U);
}

BOOST_DATA_TEST_CASE(an_export_has_every_user_as_it_was_when_it_began, kinds, kind) {
  OpenedStore opened(kind);
  Store& store = *opened.store;
  // More than one piece has.
  const std::vector<std::string> names(5'000, "A");
  create(store, names);
  remove(store, 7);
  std::vector<std::string> expected;
  for (UserId id = 1; id <= names.size(); ++id) {
    if (id != 7) expected.push_back(std::to_string(id) + " A");
  }
  ExportOperation operation;
  export_next(store, operation);
  BOOST_TEST((operation.status == Status::ok));
  BOOST_TEST(!operation.end);
  replace(store, 1, {"New", "F", "a@b.c"});
  replace(store, 4'999, {"New", "F", "a@b.c"});
  remove(store, 5'000);
  create(store, {"Later"});
  BOOST_TEST((rest(store, operation) == expected));
  ExportOperation after;
  export_next(store, after);
  const std::vector<std::string> now = rest(store, after);
  BOOST_TEST(now.front() == "1 New");
  BOOST_TEST(now.back() == "5001 Later");
  BOOST_TEST(now.size() == names.size() - 1);
}

BOOST_DATA_TEST_CASE(one_export_more_than_there_may_be_is_refused_until_one_ends, kinds, kind) {
  OpenedStore opened(kind);
  create(*opened.store, {"A"});
  {
    std::array<ExportOperation, max_snapshots> all;
    for (ExportOperation& each : all) {
      export_next(*opened.store, each);
      BOOST_TEST((each.status == Status::ok));
    }
    ExportOperation beyond;
    export_next(*opened.store, beyond);
    BOOST_TEST((beyond.status == Status::queue_full));
    all[3].cursor.reset();
    export_next(*opened.store, beyond);
    BOOST_TEST((beyond.status == Status::ok));
  }
  ExportOperation last;
  export_next(*opened.store, last);
  BOOST_TEST((rest(*opened.store, last) == std::vector<std::string>{"1 A"}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
