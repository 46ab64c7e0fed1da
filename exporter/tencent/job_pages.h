// Reads DescribeJobs page by page, by offset, while jobs come and go.
#pragma once

#include "exporter/api/client.h"
#include "exporter/tally/batch_reader.h"

namespace taskqueue {

/// Lists the jobs that `parameters` filter, each once, in its newest state. Where the pages held fewer jobs than the
/// API counts some job has slipped to a page already read, or has come since: the list is read again, a few times at
/// most, and is whole where that shows only jobs that came after the first answer.
[[nodiscard]] Result<JobListing, Failure> list_jobs(Client& client, const Json& parameters, const EnoughJobs& enough);

/// One page of such a list from a position on, at the pace of a sweep. It is `whole` if the list ends with it.
[[nodiscard]] Result<JobListing, Failure> page_of_jobs(Client& client, Json parameters, std::int64_t offset);

}  // namespace taskqueue
