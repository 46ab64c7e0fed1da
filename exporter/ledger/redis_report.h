// A report as the fields of a hash in Redis, readable by people.
#pragma once

#include <string>
#include <vector>

#include "exporter/ledger/leadership.h"
#include "exporter/ledger/redis_connection.h"

namespace taskqueue {

/// Field, value, field, value.
[[nodiscard]] std::vector<std::string> fields_of(const Report& report);

/// From what HGETALL gives; nothing where there is none.
[[nodiscard]] std::optional<Report> report_from(const RedisReply& hash);

}  // namespace taskqueue
