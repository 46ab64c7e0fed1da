// Reads a list page by page, as MPS and VOD page: with a ScrollToken that the documents do not quite agree about.
#pragma once

#include <functional>
#include <string>
#include <unordered_set>

#include "exporter/api/client.h"
#include "exporter/tally/task_reader.h"

namespace taskqueue {

using ItemSink = std::function<void(const Json& item)>;

/// Calls DescribeTasks with `parameters` until the list ends and passes each item with a TaskId, duplicates included.
///
/// The list ends at an absent, empty or repeated token, an empty page, or a page without a task that is new to this
/// list, or where the API refuses the token that a short page gave; never at a short page alone: a token may come with
/// the last page, and a page may be short in the middle. The total is that of the first page, later ones are known to
/// differ.
[[nodiscard]] Result<Reading, Failure> scroll(Client& client, const Json& parameters, const ItemSink& sink);

}  // namespace taskqueue
