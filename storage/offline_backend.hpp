#pragma once

#include <optional>
#include <string>

#include "storage/list.hpp"
#include "storage/open_error.hpp"
#include "storage/status.hpp"

namespace rollcall::storage {

/// What is behind an OfflineStore, whose calls these are. One thread.
class OfflineBackend {
 public:
  virtual ~OfflineBackend() = default;

  virtual const std::optional<OpenFailure>& unwritable() const noexcept = 0;
  virtual UserId last_id() const noexcept = 0;
  virtual bool contains(UserId id) = 0;
  virtual Status create(const UserList& users) = 0;
  virtual Status raise_last_id(UserId id) = 0;
  virtual const std::string& last_error() const noexcept = 0;
  virtual const UserList& list_after(UserId after) = 0;
  virtual bool close(std::string& error) noexcept = 0;
};

}  // namespace rollcall::storage
