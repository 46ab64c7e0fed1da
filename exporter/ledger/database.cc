#include "exporter/ledger/database.h"

#include <cstring>
#include <utility>

namespace taskqueue {
namespace {

std::string system_words(sqlite3* connection) {
  const int error = sqlite3_system_errno(connection);
  return error == 0 ? std::string() : std::string(": ") + std::strerror(error);
}

DatabaseFault fault(sqlite3* connection) {
  using Kind = DatabaseFault::Kind;
  const int code = sqlite3_extended_errcode(connection);
  if (code == SQLITE_IOERR_SHORT_READ) return {Kind::damaged, "the file is shorter than it was"};
  switch (code & 0xFF) {
    case SQLITE_BUSY: return {Kind::in_use, "another process uses the file"};
    case SQLITE_NOTADB: return {Kind::damaged, "the file is no database"};
    case SQLITE_CORRUPT: return {Kind::damaged, "the file is damaged"};
    case SQLITE_FULL: return {Kind::other, "the disk is full"};
    case SQLITE_READONLY: return {Kind::other, "the file or its folder is read-only"};
    case SQLITE_CANTOPEN: return {Kind::other, "the file cannot be opened" + system_words(connection)};
    case SQLITE_IOERR: return {Kind::other, "the disk does not work" + system_words(connection)};
    default: return {Kind::other, sqlite3_errmsg(connection)};
  }
}

}  // namespace

Database::Statement& Database::Statement::bind(int place, std::string_view bytes) {
  // A null pointer would be NULL.
  sqlite3_bind_blob64(statement_.get(), place, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_STATIC);
  return *this;
}

Database::Statement& Database::Statement::bind(int place, std::int64_t number) {
  sqlite3_bind_int64(statement_.get(), place, number);
  return *this;
}

DatabaseResult<bool> Database::Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    sqlite3_reset(statement_.get());
    return false;
  }
  auto why = fault(connection_);
  sqlite3_reset(statement_.get());
  return Unexpected(std::move(why));
}

DatabaseResult<Done> Database::Statement::run() {
  for (;;) {
    const auto row = step();
    if (!row) return Unexpected(row.error());
    if (!*row) return Done{};
  }
}

std::string Database::Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
}

DatabaseResult<Database> Database::open(const std::filesystem::path& file, Milliseconds patience) {
  sqlite3* raw = nullptr;
  // One thread at a time uses it: no locks within.
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
  if (raw == nullptr) return Unexpected(DatabaseFault{.sentence = "no memory to open the file"});
  Database database(raw);
  if (code != SQLITE_OK) return Unexpected(fault(raw));
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, static_cast<int>(patience.count()));
  return database;
}

DatabaseResult<Done> Database::run(const char* sql) {
  if (sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return Done{};
  return Unexpected(fault(connection_.get()));
}

DatabaseResult<Database::Statement> Database::prepare(const char* sql) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(connection_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) return Unexpected(fault(connection_.get()));
  return Statement(connection_.get(), raw);
}

DatabaseResult<std::int64_t> Database::number(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return Unexpected(statement.error());
  const auto row = statement->step();
  if (!row) return Unexpected(row.error());
  return *row ? statement->number(0) : 0;
}

DatabaseResult<std::string> Database::text(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return Unexpected(statement.error());
  const auto row = statement->step();
  if (!row) return Unexpected(row.error());
  return *row ? statement->bytes(0) : std::string();
}

}  // namespace taskqueue
