#include "exporter/ledger/redis_ledger.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <utility>

#include "exporter/ledger/redis_report.h"
#include "exporter/ledger/retention.h"

namespace taskqueue {
namespace {

/// An entry of a million tasks has some megabytes. Not longer: the process must be able to end within 5 seconds.
constexpr Milliseconds patience_for_much = std::chrono::seconds{3};
constexpr Milliseconds patience_for_little = std::chrono::seconds{1};

/// KEYS: reign, entry, shown. ARGV: epoch, the generation that stands there, the next, line, how: "whole", "change" or
/// "shown" (a change of the entry, with the whole of what is shown), milliseconds to keep, then for the entry and for
/// what is shown: the number of puts, the number of removals; then those of the entry, then those of what is shown, a
/// put being two. The first write may be refused for want of memory, and then nothing has been written.
constexpr RedisScript commit_script{"commit", "", "", R"lua(
local reign, entry, shown = KEYS[1], KEYS[2], KEYS[3]
local epoch = tonumber(redis.call('HGET', reign, 'epoch') or '0')
if epoch ~= tonumber(ARGV[1]) then
  if epoch > 0 then redis.call('HINCRBY', reign, 'refused', 1) end
  return {'epoch', epoch}
end
local found = redis.call('HMGET', entry, 'generation', 'line')
local generation = tonumber(found[1] or '0')
local whole = ARGV[5] == 'whole'
if whole and generation >= tonumber(ARGV[3]) or
   not whole and (generation ~= tonumber(ARGV[2]) or generation > 0 and found[2] ~= ARGV[4]) then
  return {'generation', generation}
end
if ARGV[5] == 'change' and generation > 0 and redis.call('EXISTS', shown) == 0 then
  return {'shown', generation}
end
redis.call('HSET', reign, 'epoch', ARGV[1])
if whole or generation == 0 then redis.call('DEL', entry, shown) end
if ARGV[5] == 'shown' then redis.call('DEL', shown) end
redis.call('HSET', entry, 'generation', ARGV[3], 'line', ARGV[4])
local at = 11
local function each(command, key, count)
  while count > 0 do
    local some = math.min(count, 1000)
    redis.call(command, key, unpack(ARGV, at, at + some - 1))
    at = at + some
    count = count - some
  end
end
each('HSET', entry, 2 * ARGV[7])
each('HDEL', entry, tonumber(ARGV[8]))
each('HSET', shown, 2 * ARGV[9])
each('HDEL', shown, tonumber(ARGV[10]))
for i = 1, 3 do redis.call('PEXPIRE', KEYS[i], ARGV[6]) end
return {'written', ARGV[3]}
)lua"};

Failure refused(const std::string& sentence) { return {.kind = FailureKind::stopped, .sentence = sentence}; }

void append(const Change& change, std::vector<std::string>& arguments) {
  for (const auto& [key, value] : change.put) {
    arguments.push_back(key);
    arguments.push_back(value);
  }
  arguments.insert(arguments.end(), change.remove.begin(), change.remove.end());
}

/// The same entry for those who only show it.
Entry without_state(const Entry& entry) {
  static const auto nothing = std::make_shared<const QueueState>();
  return {.generation = entry.generation, .refreshed = entry.refreshed, .state = nothing, .snapshot = entry.snapshot};
}

struct Pair {  // a hash as HGETALL gives it
  const std::string& field;
  const std::string& value;
};

/// Calls `take` for each field of a hash.
template <class Take>
void for_each_field(const RedisReply& hash, const Take& take) {
  for (std::size_t i = 0; i + 1 < hash.items.size(); i += 2) take(Pair{hash.items[i].text, hash.items[i + 1].text});
}

}  // namespace

Result<Entry, Failure> RedisLedger::load(const LedgerKey& queue) {
  Book book = book_of(queue);
  if (book.epoch == 0) return Unexpected(refused("another replica reads this queue"));
  if (book.entry && !book.restores) {
    const auto found = compare(queue, book);
    if (!found) return Unexpected(found.error());
    if (*found == Found::same) return *book.entry;
    book.restores = *found == Found::less;
  }
  if (book.entry && book.restores) return restore(queue, std::move(book));
  return read(queue, std::move(book));
}

Result<RedisLedger::Found, Failure> RedisLedger::compare(const LedgerKey& queue, const Book& book) {
  const auto replies =
      parts_.redis.run({{"HMGET", queue_keys(parts_.prefix, queue).entry, "generation", "line"}}, patience_for_little);
  if (!replies) return Unexpected(replies.error());
  const RedisReply& there = replies->front();
  if (there.is_error()) return Unexpected(refusal(there));
  const auto generation = static_cast<std::uint64_t>(there.at(0).number());
  const bool same_line = there.at(1).text == book.line;
  if (same_line && generation == book.entry->generation) return Found::same;
  const bool is_less = generation < book.entry->generation && (generation == 0 || same_line);
  return is_less ? Found::less : Found::other;
}

Result<Entry, Failure> RedisLedger::restore(const LedgerKey& queue, Book book) {
  const auto restored = write(queue, book, nullptr, *book.entry);
  note(queue, restored);
  if (!restored) return Unexpected(restored.error());
  parts_.log.warn("ledger", "Redis had lost a queue, its reader has put it back", {{"queue", queue.labels.queue}});
  book.restores = false;
  put_back(queue, book);
  return *book.entry;
}

Result<Entry, Failure> RedisLedger::read(const LedgerKey& queue, Book book) {
  const auto replies = parts_.redis.run({{"HGETALL", queue_keys(parts_.prefix, queue).entry}}, patience_for_much);
  if (!replies) return Unexpected(replies.error());
  const RedisReply& hash = replies->front();
  if (hash.is_error()) return Unexpected(refusal(hash));
  if (hash.items.empty()) return begin_anew(queue, std::move(book));
  Records records;
  for_each_field(hash, [&](const Pair& pair) {
    if (pair.field == "line") {
      book.line = pair.value;
    } else if (pair.field != "generation") {
      records.emplace(pair.field, pair.value);
    }
  });
  auto entry = entry_from(records);
  if (!entry && entry.error().code == "newer") {
    // In the middle of an upgrade: a replica of the newer version goes on.
    parts_.log.error("ledger", "a newer version has counted a queue, this replica leaves it to others",
                     {{"queue", queue.labels.queue}, {"why", entry.error().sentence}});
    book.newer = true;
    put_back(queue, book);
    return entry;
  }
  if (!entry) return set_aside(queue, std::move(book), entry.error());
  entry->line = book.line;
  book.entry = *entry;
  put_back(queue, book);
  return entry;
}

Result<Entry, Failure> RedisLedger::set_aside(const LedgerKey& queue, Book book, const Failure& why) {
  const QueueKeys keys = queue_keys(parts_.prefix, queue);
  parts_.log.error("ledger", "what Redis holds of a queue cannot be used, it is set aside and counting begins anew",
                   {{"queue", queue.labels.queue}, {"why", why.sentence}, {"aside", keys.aside}});
  const auto moved = parts_.redis.run({{"RENAME", keys.entry, keys.aside}}, patience_for_little);
  if (!moved) return Unexpected(moved.error());
  if (moved->front().is_error()) return Unexpected(refusal(moved->front()));
  return begin_anew(queue, std::move(book));
}

Result<Entry, Failure> RedisLedger::begin_anew(const LedgerKey& queue, Book book) {
  book.line = nonce(parts_.random);
  book.entry = Entry{.state = std::make_shared<const QueueState>(), .snapshot = nullptr, .line = book.line};
  put_back(queue, book);
  return *book.entry;
}

Result<Done, Failure> RedisLedger::commit(const LedgerKey& queue, const Entry& next) {
  Book book = book_of(queue);
  if (!book.entry || book.entry->generation + 1 != next.generation) {
    return Unexpected(refused("what was counted from is not what stands in Redis"));
  }
  auto written = write(queue, book, &*book.entry, next);
  note(queue, written);
  if (!written) return written;
  book.entry = next;
  put_back(queue, book);
  return written;
}

Result<RedisReply, Failure> RedisLedger::send(const LedgerKey& queue, const Book& book, const Entry* before,
                                              const Entry& next, const std::string& how) {
  const bool first = before == nullptr || before->generation == 0;
  const Entry shown_before = before != nullptr ? without_state(*before) : Entry{};
  const Change records = change(first ? nullptr : before, next);
  const Change shown = change(first || how == "shown" ? nullptr : &shown_before, without_state(next));
  std::vector<std::string> arguments{std::to_string(book.epoch),
                                     std::to_string(before != nullptr ? before->generation : 0),
                                     std::to_string(next.generation),
                                     book.line,
                                     how,
                                     std::to_string(retention.count())};
  for (const Change* each : {&records, &shown}) {
    arguments.push_back(std::to_string(each->put.size()));
    arguments.push_back(std::to_string(each->remove.size()));
  }
  append(records, arguments);
  append(shown, arguments);
  const QueueKeys keys = queue_keys(parts_.prefix, queue);
  return scripts_.run(ScriptCall{commit_script, {keys.reign, keys.entry, keys.shown}, std::move(arguments)},
                      patience_for_much);
}

Result<Done, Failure> RedisLedger::write(const LedgerKey& queue, const Book& book, const Entry* before,
                                         const Entry& next) {
  auto reply = send(queue, book, before, next, before == nullptr ? "whole" : "change");
  // Only what is shown was lost: of a mere change the others could make nothing.
  if (reply && reply->at(0).text == "shown") reply = send(queue, book, before, next, "shown");
  if (!reply) return Unexpected(reply.error());
  const std::string& outcome = reply->at(0).text;
  if (outcome == "written") return Done{};
  const auto generation = static_cast<std::uint64_t>(reply->at(1).number());
  const std::string found = std::to_string(generation);
  if (outcome == "epoch" && found == "0") return Unexpected(refused("Redis has forgotten who reads this queue"));
  if (outcome == "epoch") {
    return Unexpected(refused("another replica has taken this queue over: its epoch is " + found + ", ours was " +
                              std::to_string(book.epoch)));
  }
  // Where less stands Redis has lost something: then ours may be the only copy, and the next load puts it back.
  if (generation >= book.entry->generation) forget(queue);
  return Unexpected(refused("what stands in Redis has generation " + found + ", so it is not what was counted from"));
}

Result<Showing, Failure> RedisLedger::look(const LedgerKey& queue) {
  const QueueKeys keys = queue_keys(parts_.prefix, queue);
  // First the report: so it is never of a refresh whose data we do not have yet.
  const auto replies = parts_.redis.run(
      {{"HGETALL", keys.report}, {"HGETALL", keys.shown}, {"HMGET", keys.entry, "line"}}, patience_for_much);
  if (!replies) return Unexpected(replies.error());
  for (const RedisReply& reply : *replies) {
    if (reply.is_error()) return Unexpected(refusal(reply));
  }
  Showing showing{.snapshot = nullptr, .report = report_from(replies->at(0))};
  if (replies->at(1).items.empty()) return showing;
  Records records;
  for_each_field(replies->at(1), [&](const Pair& pair) { records.emplace(pair.field, pair.value); });
  auto entry = entry_from(records);
  if (!entry) return Unexpected(std::move(entry).error());
  showing.snapshot = entry->snapshot;
  showing.generation = entry->generation;
  showing.line = replies->at(2).at(0).text;
  return showing;
}

RedisLedger::Memory RedisLedger::memory(const LedgerKey& queue) {
  const Book book = book_of(queue);
  return {.line = book.line, .generation = book.entry ? book.entry->generation : 0, .may_lead = !book.newer};
}

void RedisLedger::reign(const LedgerKey& queue, std::uint64_t epoch, bool restores) {
  const Lock lock(mutex_);
  Book& book = books_[queue];
  book.epoch = epoch;
  book.restores = restores;
  book.refused = false;
}

void RedisLedger::forget(const LedgerKey& queue) {
  const Lock lock(mutex_);
  const auto found = books_.find(queue);
  if (found == books_.end()) return;
  Book& book = found->second;
  book.entry.reset();
  book.restores = false;
  book.refused = false;
}

void RedisLedger::note_nothing_stands(const LedgerKey& queue) {
  const Lock lock(mutex_);
  const auto found = books_.find(queue);
  if (found != books_.end()) found->second.newer = false;
}

void RedisLedger::keep(const std::vector<LedgerKey>& wanted) {
  const std::set<LedgerKey> kept(wanted.begin(), wanted.end());
  const Lock lock(mutex_);
  std::erase_if(books_, [&](const auto& each) { return !kept.contains(each.first); });
}

bool RedisLedger::is_writable() {
  const Lock lock(mutex_);
  return std::ranges::none_of(books_, [](const auto& each) { return each.second.refused; });
}

void RedisLedger::note(const LedgerKey& queue, const Result<Done, Failure>& written) {
  // What did not arrive, or came too late, is no matter of this kind.
  const auto is_refusal = [](FailureKind kind) {
    return kind != FailureKind::stopped && kind != FailureKind::network && kind != FailureKind::timeout;
  };
  const Lock lock(mutex_);
  const auto found = books_.find(queue);
  // A queue may have been removed while its last commit was under way.
  if (found != books_.end()) found->second.refused = !written && is_refusal(written.error().kind);
}

RedisLedger::Book RedisLedger::book_of(const LedgerKey& queue) {
  const Lock lock(mutex_);
  const auto found = books_.find(queue);
  return found != books_.end() ? found->second : Book{};
}

void RedisLedger::put_back(const LedgerKey& queue, const Book& book) {
  const Lock lock(mutex_);
  const auto found = books_.find(queue);
  // A reign that began meanwhile loads for itself.
  if (found == books_.end() || found->second.epoch != book.epoch) return;
  Book& kept = found->second;
  const bool refused = kept.refused;
  kept = book;
  kept.refused = refused;
}

}  // namespace taskqueue
