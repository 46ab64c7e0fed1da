// Reads a list page by page, as MPS and VOD page: with a ScrollToken that the documents do not quite agree about.
#pragma once

#include <functional>

#include "exporter/api/client.h"
#include "exporter/tally/task_reader.h"

namespace taskqueue {

/// False: the rest of the list is not wanted.
using ItemSink = std::function<bool(const Value& item)>;

/// Calls DescribeTasks with `parameters` until the list ends and passes each item with a TaskId, duplicates included.
///
/// The list ends at an absent, empty or repeated token, an empty page, ten pages in a row without a task that is new to
/// this list, or where the API refuses the token that a short page gave; never at a short page alone: a token may come
/// with the last page, and a page may be short in the middle. A token that is refused elsewhere is a failure of kind
/// `answer`.
[[nodiscard]] Result<Reading, Failure> scroll(Client& client, const Json& parameters, Urgency urgency,
                                              const ItemSink& sink);

/// The TotalCount of a list's first page; those of later ones are known to differ.
[[nodiscard]] Result<std::int64_t, Failure> total_count(Client& client, const Json& parameters);

/// True where the API does not know a parameter.
[[nodiscard]] bool refuses_parameter(const Failure& failure);

}  // namespace taskqueue
