#pragma once

#include <string>

#include "storage/sqlite/wal.hpp"

/// Whether a WAL may be handed to SQLite, which reads it up to the first frame that is not whole,
/// passes over the rest without a word, and then writes over it.
///
/// A crash may tear the last transaction of a WAL: it was never synced, so never acknowledged, and
/// any part of it may be there. That is normal. What no crash does, and is refused as damage:
///
/// - a header that is wrong, with frames behind it: the header is synced before the first frame;
/// - the end of a transaction behind the last commit that can be reached, and then a part of the
///   next one: no transaction is written before the one before it is synced (storage/sqlite/wal);
/// - fewer frames than the index -shm says were committed: it is written after the sync. After a
///   kill it is exact, so then even damage in the last transaction is found; after a power cut it
///   may be old, but it is never ahead.
///
/// None of these is damage if nothing can be reached and the index says that all frames are in the
/// data file: SQLite then rightly starts with the data file alone.
///
/// What is left, and is taken for torn: damage in the last transaction, or the last but one if that
/// is one frame whose checksum is hit, without an index that is up to date.
namespace rollcall::storage {

/// Where SQLite keeps the WAL of the data file at `path`: beside the file that a symbolic link
/// names.
std::string wal_path_of(const std::string& path);

/// Looks at the WAL of the data file at `path`, which exists and is empty if not `has_data`, before
/// SQLite does. Throws StoreOpenError if users would be lost.
WalContents check_wal(const std::string& path, bool has_data);

/// Looks at the WAL of the data file at `path`, which another process serves, before SQLite does.
/// What the index says was committed must be there. Passes over a WAL that the server begins anew
/// all the time. Throws StoreOpenError if users would be lost.
WalContents check_served_wal(const std::string& path);

/// Whether what all who have the data file at `path` open take for true, its `index`, is there in
/// `contents`, read after nobody could write any more. A writer would else write behind a hole.
/// Throws StoreOpenError if not.
void check_wal_index(const std::string& path, const WalContents& contents, const WalIndex& index);

}  // namespace rollcall::storage
