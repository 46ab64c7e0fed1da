#include "exporter/ledger/file_ledger.h"

#include <algorithm>
#include <map>

#include "tests/catch.h"
#include "tests/unit/ledger/desk.h"
#include "tests/unit/ledger/frail_disk.h"
#include "tests/unit/ledger/random_entry.h"

using namespace taskqueue;

namespace {

/// A ledger that has just been opened.
struct Opened {
  explicit Opened(LedgerDesk& desk) : ledger(desk.file(), desk.clock, desk.log, {.patience = Milliseconds{0}}) {
    refusal = ledger.open();
  }
  Entry load(const std::string& queue) { return ledger.load(key_of(queue)).value(); }
  Result<Done, Failure> commit(const std::string& queue, const Entry& next) {
    return ledger.commit(key_of(queue), next);
  }
  bool is_up() { return ledger.standing().up.value_or(false); }

  FileLedger ledger;
  Result<Done, Failure> refusal = Done{};
};

Entry first_entry(std::uint64_t seed) {
  Entry entry = EntryFiller(seed).entry();
  entry.generation = 1;
  return entry;
}

/// A file with two queues in it, as a process leaves it that ended well.
std::map<std::string, Entry> write_two(LedgerDesk& desk) {
  std::map<std::string, Entry> written{{"a", first_entry(1)}, {"b", first_entry(2)}};
  Opened opened(desk);
  for (const auto& [queue, entry] : written) REQUIRE(opened.commit(queue, entry));
  return written;
}

void begins_anew_and_works(LedgerDesk& desk, Opened& opened) {
  CHECK(opened.refusal);
  CHECK_FALSE(opened.is_up());  // so that somebody hears of the loss
  CHECK(opened.load("a").generation == 0);
  CHECK(opened.commit("a", first_entry(3)));
  desk.clock.advance(std::chrono::minutes{5});
  CHECK(opened.is_up());
}

}  // namespace

TEST_CASE("what was committed is there when the file is opened again", "[ledger][file_ledger]") {
  LedgerDesk desk;
  EntryFiller filler(7);
  std::map<std::string, Entry> written = write_two(desk);
  for (int life = 0; life < 5; ++life) {
    Opened opened(desk);
    CHECK(opened.is_up());
    for (auto& [queue, entry] : written) {
      REQUIRE(is_equal(opened.load(queue), entry));
      for (int i = 0; i < 3; ++i) {
        entry = filler.after(entry);
        REQUIRE(opened.commit(queue, entry));
      }
    }
    CHECK(opened.ledger.standing().size_bytes.value_or(0) > 4096);
  }
  CHECK(desk.aside().empty());
}

TEST_CASE("another identity of a queue is a beginning of its own", "[ledger][file_ledger]") {
  LedgerDesk desk;
  write_two(desk);
  Opened opened(desk);
  LedgerKey other = key_of("a");
  other.identity = "another endpoint";
  CHECK(opened.ledger.load(other)->generation == 0);
  CHECK(opened.load("a").generation == 1);
}

TEST_CASE("a commit is refused that does not follow what stands in the file", "[ledger][file_ledger]") {
  LedgerDesk desk;
  write_two(desk);
  Opened opened(desk);
  const auto again = opened.commit("a", first_entry(9));
  REQUIRE_FALSE(again);
  CHECK(again.error().kind == FailureKind::stopped);
  CHECK(opened.is_up());
}

TEST_CASE("two cannot use one file, and the second says so", "[ledger][file_ledger]") {
  LedgerDesk desk;
  Opened first(desk);
  REQUIRE(first.refusal);
  {
    Opened second(desk);
    REQUIRE_FALSE(second.refusal);
    CHECK(second.refusal.error().sentence.find("is in use by another process") != std::string::npos);
  }
  CHECK(first.commit("a", first_entry(1)));
}

TEST_CASE("a file that cannot be trusted is set aside, and counting begins anew", "[ledger][file_ledger]") {
  LedgerDesk desk;
  write_two(desk);
  const std::string good = desk.bytes();
  std::string bad;
  SECTION("cut off") { bad = good.substr(0, good.size() / 2); }
  SECTION("cut off after its first page") { bad = good.substr(0, 4096); }
  SECTION("a text") { bad = std::string(5000, 'x'); }
  SECTION("a short text") { bad = "[ledger]\n"; }
  SECTION("a page overwritten") { bad = std::string(good).replace(4096, 4096, std::string(4096, '\0')); }
  SECTION("another program's database") { bad = std::string(good).replace(68, 4, "abcd"); }
  desk.write(bad);
  Opened opened(desk);
  CHECK(desk.log.said("cannot be trusted and was set aside"));
  CHECK(std::filesystem::file_size(desk.aside()) == bad.size());
  begins_anew_and_works(desk, opened);
}

TEST_CASE("damage to one queue's records costs no other queue its counts", "[ledger][file_ledger]") {
  LedgerDesk desk;
  const auto written = write_two(desk);
  auto database = Database::open(desk.file(), Milliseconds{0});
  REQUIRE(database);
  SECTION("a byte") {
    REQUIRE(database->run(
        "UPDATE records SET value = CAST((CASE substr(hex(value), 1, 2) WHEN '01' THEN x'02' ELSE x'01' END) "
        "|| substr(value, 2) AS BLOB) WHERE queue = 1 AND key = CAST('types' AS BLOB)"));
  }
  SECTION("a record is gone") {
    REQUIRE(
        database->run("DELETE FROM records WHERE queue = 1 AND key = (SELECT max(key) FROM records WHERE queue = 1)"));
  }
  database = Unexpected(DatabaseFault{});
  Opened opened(desk);
  CHECK(desk.log.text.find("queue a") != std::string::npos);
  CHECK_FALSE(desk.aside().empty());
  CHECK(is_equal(opened.load("b"), written.at("b")));
  begins_anew_and_works(desk, opened);
}

TEST_CASE("a file of a newer version stays as it is, and nothing is written", "[ledger][file_ledger]") {
  LedgerDesk desk;
  const auto written = write_two(desk);
  {
    auto database = Database::open(desk.file(), Milliseconds{0});
    REQUIRE(database->run("PRAGMA user_version = 2"));
  }
  const std::string newer = desk.bytes();
  {
    Opened opened(desk);
    CHECK(opened.refusal);
    CHECK(desk.log.said("written by a newer version"));
    CHECK_FALSE(opened.is_up());
    CHECK(opened.load("a").generation == 0);
    CHECK_FALSE(opened.commit("a", first_entry(3)));
  }
  CHECK(desk.bytes() == newer);
  CHECK(desk.aside().empty());
}

TEST_CASE("a folder that cannot be written to is named, and tried again", "[ledger][file_ledger]") {
  LedgerDesk desk;
  FileLedger ledger(desk.folder / "later" / "ledger", desk.clock, desk.log, {.patience = Milliseconds{0}});
  CHECK(ledger.open());
  CHECK(desk.log.said("later cannot be written to: No such file or directory"));
  CHECK_FALSE(ledger.standing().up.value_or(true));
  CHECK_FALSE(ledger.commit(key_of("a"), first_entry(1)));
  std::filesystem::create_directory(desk.folder / "later");
  desk.clock.advance(std::chrono::seconds{10});
  CHECK(ledger.commit(key_of("a"), first_entry(1)));
  CHECK(ledger.standing().up.value_or(false));
}

TEST_CASE("a full disk loses nothing, and the next commit that fits brings all of it", "[ledger][file_ledger]") {
  LedgerDesk desk;
  FrailDisk disk;
  EntryFiller filler(11);
  Entry last = first_entry(1);
  {
    Opened opened(desk);
    REQUIRE(opened.commit("a", last));
    disk.fill(true);
    for (int i = 0; i < 3; ++i) {
      Entry next = filler.after(last);
      next.generation = 2;
      const auto failed = opened.commit("a", next);
      REQUIRE_FALSE(failed);
      CHECK(failed.error().sentence == "the disk is full");
      CHECK_FALSE(opened.is_up());
      CHECK(is_equal(opened.load("a"), last));
    }
    disk.fill(false);
    last = filler.after(last);
    REQUIRE(opened.commit("a", last));
    CHECK(opened.is_up());
  }
  CHECK(is_equal(Opened(desk).load("a"), last));
}

TEST_CASE("after a power cut at any moment the last commit is there", "[ledger][file_ledger]") {
  LedgerDesk desk;
  std::mt19937_64 random(5);
  EntryFiller filler(5);
  FrailDisk disk;
  Opened opened(desk);
  std::map<std::string, Entry> last{{"a", first_entry(1)}, {"b", first_entry(2)}};
  for (const auto& [queue, entry] : last) REQUIRE(opened.commit(queue, entry));
  for (int i = 0; i < 60; ++i) {
    CAPTURE(i);
    auto& [queue, entry] = *last.find(i % 3 == 0 ? "a" : "b");
    entry = filler.after(entry);
    REQUIRE(opened.commit(queue, entry));
    LedgerDesk after;
    disk.cut(after.folder, random);
    Opened again(after);
    INFO(after.log.text);
    for (const auto& [name, known] : last) REQUIRE(is_equal(again.load(name), known));
  }
}

TEST_CASE("a file that is taken away or cut off while in use is written anew from memory", "[ledger][file_ledger]") {
  LedgerDesk desk;
  auto written = write_two(desk);
  {
    Opened opened(desk);
    SECTION("removed") { std::filesystem::remove(desk.file()); }
    SECTION("cut off") { std::filesystem::resize_file(desk.file(), 5000); }
    SECTION("replaced") {
      std::filesystem::remove(desk.file());
      desk.write("something else");
    }
    Entry& a = written.at("a");
    a = EntryFiller(4).after(a);
    CHECK(opened.commit("a", a));
    CHECK(desk.log.said("was made anew"));
    CHECK_FALSE(opened.is_up());
  }
  Opened again(desk);
  for (const auto& [queue, entry] : written) CHECK(is_equal(again.load(queue), entry));
}

TEST_CASE("a removed queue is kept for seven days", "[ledger][file_ledger]") {
  LedgerDesk desk;
  write_two(desk);
  const auto lives = [&] {
    Opened opened(desk);
    opened.ledger.keep({key_of("a")});
    return std::pair(opened.load("a").generation, opened.load("b").generation);
  };
  desk.clock.advance(std::chrono::hours{7 * 24 - 1});
  CHECK(lives() == std::pair<std::uint64_t, std::uint64_t>(1, 1));
  desk.clock.advance(std::chrono::hours{2});
  CHECK(lives() == std::pair<std::uint64_t, std::uint64_t>(1, 0));
  CHECK(lives() == std::pair<std::uint64_t, std::uint64_t>(1, 0));
}
