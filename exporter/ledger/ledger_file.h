// The file of the file ledger: an SQLite database of records, locked, checked and of a known version.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "exporter/ledger/database.h"
#include "exporter/ledger/ledger.h"
#include "exporter/ledger/records.h"

namespace taskqueue {

/// Why the file cannot be used as it is.
struct LedgerFileFault {
  enum class Kind {
    in_use,    // another process has it
    unusable,  // damaged, or nothing of ours
    newer,     // ours, of a version that we do not know
    other      // the disk, the folder: it may work later
  };
  Kind kind = Kind::other;
  std::string sentence{};
};

struct StoredQueue {
  LedgerKey key;
  Records records;
};

/// Holds the file's lock while it lives. Used by one thread at a time.
class LedgerFile {
 public:
  /// Makes the file where there is none. Looks through all of it; changes nothing in one that is not ours.
  [[nodiscard]] static Result<LedgerFile, LedgerFileFault> open(const std::filesystem::path& file,
                                                                Milliseconds patience);

  [[nodiscard]] DatabaseResult<std::vector<StoredQueue>> read();

  /// What `write` and the others do between is on the disk when `end` has returned, all of it or nothing.
  [[nodiscard]] DatabaseResult<Done> begin();
  [[nodiscard]] DatabaseResult<Done> end();
  void undo();

  [[nodiscard]] DatabaseResult<Done> write(const LedgerKey& key, const Change& change, WallTime now);
  /// The queue is still wanted.
  [[nodiscard]] DatabaseResult<Done> touch(const LedgerKey& key, WallTime now);
  /// Removes every queue that was last wanted before `when`, and adds it to `forgotten`.
  [[nodiscard]] DatabaseResult<Done> forget_before(WallTime when, std::vector<LedgerKey>& forgotten);

  /// False if somebody has removed, replaced, lengthened or shortened the file since the last use.
  [[nodiscard]] bool is_as_left() const { return look() == left_; }
  /// Of everything it takes on the disk, bytes.
  [[nodiscard]] std::int64_t size() const { return left_.file + left_.log; }

 private:
  using Statement = Database::Statement;
  /// What the file system says of the file.
  struct Look {
    std::uint64_t inode = 0;
    std::int64_t file = 0;
    std::int64_t log = 0;  // the file beside it that commits are written to first

    bool operator==(const Look&) const = default;
  };

  LedgerFile(std::filesystem::path file, Database database) : file_(std::move(file)), database_(std::move(database)) {}
  [[nodiscard]] std::optional<LedgerFileFault> check();
  [[nodiscard]] DatabaseResult<Done> prepare();
  [[nodiscard]] DatabaseResult<std::int64_t> number_of(const LedgerKey& key, WallTime now);
  [[nodiscard]] Look look() const;

  std::filesystem::path file_;
  Database database_;
  std::optional<Statement> find_, add_, touch_, put_, remove_;
  Look left_;
};

}  // namespace taskqueue
