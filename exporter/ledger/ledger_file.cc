#include "exporter/ledger/ledger_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <utility>

namespace taskqueue {
namespace {

using FaultKind = LedgerFileFault::Kind;

// In the file's head, where the program `file` and we look: "TQLG".
constexpr std::int64_t our_application = 0x54514C47;
// Of the tables. The records have a version of their own.
constexpr std::int64_t version = 1;

constexpr const char* tables = R"(
  PRAGMA application_id = 0x54514C47;
  PRAGMA user_version = 1;
  CREATE TABLE queues (
    number INTEGER PRIMARY KEY, name BLOB NOT NULL, service BLOB NOT NULL, account BLOB NOT NULL, region BLOB NOT NULL,
    identity BLOB NOT NULL, wanted INTEGER NOT NULL, UNIQUE (name, service, account, region, identity));
  CREATE TABLE records (
    queue INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY (queue, key)) WITHOUT ROWID;
)";

// A type's counters with their exemplars take some 1.5 KiB, which do not fit well into the usual pages of 4 KiB.
constexpr const char* set_page_size = "PRAGMA page_size = 8192";

// The lock is held while the connection lives. A commit is on the disk when it has returned: FULL. What is written
// first beside the file is folded into it every 4 MiB.
constexpr const char* exclusive = "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT";
constexpr const char* durable = R"(
  PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = 500;
  PRAGMA journal_size_limit = 4194304;
)";

LedgerFileFault described(const DatabaseFault& fault, const std::filesystem::path& file) {
  if (fault.kind == DatabaseFault::Kind::in_use) return {FaultKind::in_use, fault.sentence};
  if (fault.kind == DatabaseFault::Kind::damaged) return {FaultKind::unusable, fault.sentence};
  const auto folder = file.parent_path().empty() ? std::filesystem::path(".") : file.parent_path();
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    return {FaultKind::other, "the folder " + folder.string() + " cannot be written to: " + std::strerror(errno)};
  }
  return {FaultKind::other, fault.sentence};
}

/// Of a row of number, name, service, account, region, identity.
LedgerKey key_in(const Database::Statement& row) {
  return {.labels = {row.bytes(1), row.bytes(2), row.bytes(3), row.bytes(4)}, .identity = row.bytes(5)};
}

std::int64_t milliseconds(WallTime time) { return time.time_since_epoch().count(); }

}  // namespace

Result<LedgerFile, LedgerFileFault> LedgerFile::open(const std::filesystem::path& file, Milliseconds patience) {
  auto database = Database::open(file, patience);
  if (!database) return Unexpected(described(database.error(), file));
  LedgerFile opened(file, std::move(*database));
  if (const auto locked = opened.database_.run(exclusive); !locked) return Unexpected(described(locked.error(), file));
  if (auto fault = opened.check()) return Unexpected(std::move(*fault));
  if (const auto prepared = opened.prepare(); !prepared) return Unexpected(described(prepared.error(), file));
  opened.left_ = opened.look();
  return opened;
}

std::optional<LedgerFileFault> LedgerFile::check() {
  const auto application = database_.number("PRAGMA application_id");
  const auto found = database_.number("PRAGMA user_version");
  const auto things = database_.number("SELECT count(*) FROM sqlite_master");
  for (const auto* each : {&application, &found, &things}) {
    if (!*each) return described(each->error(), file_);
  }
  const bool is_new = *application == 0 && *found == 0 && *things == 0;
  if (!is_new && *application != our_application) {
    return LedgerFileFault{FaultKind::unusable, "the file is a database of another program"};
  }
  if (*found > version) {
    return LedgerFileFault{FaultKind::newer, "the file was written by a newer version of this program (form " +
                                                 std::to_string(*found) + "; this one knows " +
                                                 std::to_string(version) + ")"};
  }
  if (is_new) {
    if (const auto set = database_.run(set_page_size); !set) return described(set.error(), file_);
  }
  const auto mode = database_.text("PRAGMA journal_mode = WAL");
  if (!mode) return described(mode.error(), file_);
  if (const auto set = database_.run(durable); !set) return described(set.error(), file_);
  if (is_new) {
    if (const auto made = database_.run(tables); !made) return described(made.error(), file_);
    return std::nullopt;
  }
  const auto verdict = database_.text("PRAGMA quick_check(1)");
  if (!verdict) return described(verdict.error(), file_);
  if (*verdict != "ok") return LedgerFileFault{FaultKind::unusable, "the file is damaged: " + *verdict};
  return std::nullopt;
}

DatabaseResult<Done> LedgerFile::prepare() {
  const std::pair<std::optional<Statement>&, const char*> statements[]{
      {find_,
       "SELECT number FROM queues WHERE name = ? AND service = ? AND account = ? AND region = ? AND identity = ?"},
      {add_, "INSERT INTO queues (name, service, account, region, identity, wanted) VALUES (?, ?, ?, ?, ?, ?)"},
      {touch_, "UPDATE queues SET wanted = ? WHERE number = ?"},
      {put_, "INSERT INTO records VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"},
      {remove_, "DELETE FROM records WHERE queue = ? AND key = ?"}};
  for (const auto& [place, sql] : statements) {
    auto statement = database_.prepare(sql);
    if (!statement) return Unexpected(statement.error());
    place = std::move(*statement);
  }
  return Done{};
}

DatabaseResult<std::vector<StoredQueue>> LedgerFile::read() {
  std::map<std::int64_t, StoredQueue> queues;
  auto list = database_.prepare("SELECT number, name, service, account, region, identity FROM queues");
  auto records = database_.prepare("SELECT queue, key, value FROM records");
  if (!list) return Unexpected(list.error());
  if (!records) return Unexpected(records.error());
  for (auto row = list->step(); !row || *row; row = list->step()) {
    if (!row) return Unexpected(row.error());
    queues[list->number(0)].key = key_in(*list);
  }
  for (auto row = records->step(); !row || *row; row = records->step()) {
    if (!row) return Unexpected(row.error());
    const auto queue = queues.find(records->number(0));
    if (queue != queues.end()) queue->second.records.emplace(records->bytes(1), records->bytes(2));
  }
  std::vector<StoredQueue> all;
  all.reserve(queues.size());
  for (auto& [number, queue] : queues) all.push_back(std::move(queue));
  return all;
}

DatabaseResult<Done> LedgerFile::begin() { return database_.run("BEGIN IMMEDIATE"); }

DatabaseResult<Done> LedgerFile::end() {
  auto done = database_.run("COMMIT");
  left_ = look();
  return done;
}

void LedgerFile::undo() {
  // Where SQLite has rolled back by itself there is nothing left to undo.
  if (database_.is_in_transaction()) static_cast<void>(database_.run("ROLLBACK"));
  left_ = look();
}

DatabaseResult<std::int64_t> LedgerFile::number_of(const LedgerKey& key, WallTime now) {
  const QueueLabels& labels = key.labels;
  const auto bind = [&](Statement& statement) -> Statement& {
    return statement.bind(1, labels.queue)
        .bind(2, labels.cloud_service)
        .bind(3, labels.account)
        .bind(4, labels.cloud_region)
        .bind(5, key.identity);
  };
  const auto row = bind(*find_).step();
  if (!row) return Unexpected(row.error());
  if (*row) {
    const std::int64_t number = find_->number(0);
    if (const auto done = find_->run(); !done) return Unexpected(done.error());
    return number;
  }
  if (const auto added = bind(*add_).bind(6, milliseconds(now)).run(); !added) return Unexpected(added.error());
  return database_.last_row();
}

DatabaseResult<Done> LedgerFile::write(const LedgerKey& key, const Change& change, WallTime now) {
  const auto queue = number_of(key, now);
  if (!queue) return Unexpected(queue.error());
  for (const std::string& gone : change.remove) {
    if (auto done = remove_->bind(1, *queue).bind(2, gone).run(); !done) return done;
  }
  for (const auto& [name, value] : change.put) {
    if (auto done = put_->bind(1, *queue).bind(2, name).bind(3, value).run(); !done) return done;
  }
  return Done{};
}

DatabaseResult<Done> LedgerFile::touch(const LedgerKey& key, WallTime now) {
  const auto queue = number_of(key, now);
  if (!queue) return Unexpected(queue.error());
  return touch_->bind(1, milliseconds(now)).bind(2, *queue).run();
}

DatabaseResult<Done> LedgerFile::forget_before(WallTime when, std::vector<LedgerKey>& forgotten) {
  const std::string old = "wanted < " + std::to_string(milliseconds(when));
  auto list =
      database_.prepare(("SELECT number, name, service, account, region, identity FROM queues WHERE " + old).c_str());
  if (!list) return Unexpected(list.error());
  for (auto row = list->step(); !row || *row; row = list->step()) {
    if (!row) return Unexpected(row.error());
    forgotten.push_back(key_in(*list));
  }
  if (forgotten.empty()) return Done{};
  const std::string sql = "DELETE FROM records WHERE queue IN (SELECT number FROM queues WHERE " + old +
                          "); DELETE FROM queues WHERE " + old;
  return database_.run(sql.c_str());
}

LedgerFile::Look LedgerFile::look() const {
  Look seen;
  struct stat status {};
  const auto look_at = [&](const std::string& name) { return ::stat(name.c_str(), &status) == 0 ? 0 : errno; };
  const int error = look_at(file_);
  // Whatever else hinders us, SQLite will say better.
  if (error != 0 && error != ENOENT) return left_;
  if (error == 0) seen = {.inode = status.st_ino, .file = status.st_size};
  if (look_at(file_.string() + "-wal") == 0) seen.log = status.st_size;
  return seen;
}

}  // namespace taskqueue
