// SQLite as the file ledger uses it: one connection, statements, and why something did not work.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "exporter/clock.h"
#include "exporter/result.h"

namespace taskqueue {

/// Why SQLite did not do something.
struct DatabaseFault {
  enum class Kind {
    in_use,   // another process has the file
    damaged,  // it is no database, or a broken one
    other     // full, read-only, not there, ...: it may work later
  };
  Kind kind = Kind::other;
  std::string sentence{};  // what happened, for people
};

template <class T>
using DatabaseResult = Result<T, DatabaseFault>;

/// Used by one thread at a time.
class Database {
 public:
  /// A prepared statement; to be used again and again. Must not outlive its database.
  class Statement {
   public:
    Statement(sqlite3* connection, sqlite3_stmt* statement) : connection_(connection), statement_(statement) {}

    /// Places are counted from 1. The bytes must live until the statement has run.
    Statement& bind(int place, std::string_view bytes);
    Statement& bind(int place, std::int64_t number);

    /// True: there is a row, and its columns can be read until the next step. False: done, and ready to run again.
    [[nodiscard]] DatabaseResult<bool> step();
    /// All steps; rows are ignored.
    [[nodiscard]] DatabaseResult<Done> run();

    [[nodiscard]] std::string bytes(int column) const;
    [[nodiscard]] std::int64_t number(int column) const { return sqlite3_column_int64(statement_.get(), column); }

   private:
    struct Finalize {
      void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    sqlite3* connection_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  };

  /// Opens or makes the file, and waits for a lock as long as `patience`. The file is not looked at before it is used.
  [[nodiscard]] static DatabaseResult<Database> open(const std::filesystem::path& file, Milliseconds patience);

  [[nodiscard]] DatabaseResult<Done> run(const char* sql);
  [[nodiscard]] DatabaseResult<Statement> prepare(const char* sql);
  /// The one number that a query gives.
  [[nodiscard]] DatabaseResult<std::int64_t> number(const char* sql);
  [[nodiscard]] DatabaseResult<std::string> text(const char* sql);
  [[nodiscard]] std::int64_t last_row() const { return sqlite3_last_insert_rowid(connection_.get()); }
  [[nodiscard]] bool is_in_transaction() const { return sqlite3_get_autocommit(connection_.get()) == 0; }

 private:
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  explicit Database(sqlite3* connection) : connection_(connection) {}

  std::unique_ptr<sqlite3, Close> connection_;
};

}  // namespace taskqueue
