// A queue's entry as small records by key, so that a commit writes only what changed. What the file and Redis keep.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "exporter/failure.h"
#include "exporter/ledger/ledger.h"
#include "exporter/result.h"

namespace taskqueue {

/// Key to bytes. Keys and values may hold any byte; a key begins with a letter. Each value ends with a check sum of key
/// and value, and the record `head` says how many there are of each kind.
using Records = std::map<std::string, std::string>;

struct Change {
  std::vector<std::pair<std::string, std::string>> put;  // in no order, each key once
  std::vector<std::string> remove;                       // none that is put

  bool operator==(const Change&) const = default;
};

/// What must be written to make `before` (null: nothing) into `after`. `head` is always put. Costs in proportion to
/// what changed, as long as `after` was made from a copy of `before`.
[[nodiscard]] Change change(const Entry* before, const Entry& after);

/// All of an entry's records.
[[nodiscard]] Records records_of(const Entry& entry);

void apply(Change&& change, Records& records);

/// The entry that the records hold. Damaged, incomplete or of a newer version: a Failure whose sentence says so.
[[nodiscard]] Result<Entry, Failure> entry_from(const Records& records);

}  // namespace taskqueue
