// The arithmetic of a quota, as Redis does it: exporter/api/pace.h says what it keeps to.
#pragma once

#include "exporter/ledger/redis_script.h"

namespace taskqueue {

/// All have KEYS: pace, recent; ARGV: ceiling, the rate where Redis remembers none. All end with the rate and the
/// milliseconds until the next request of either urgency: live, sweep.

/// ARGV 3: "live" or "sweep", 4: an id of the request, 5: milliseconds that it may take on its way at most.
/// Gives 1 or 0 for the permission, and the time by Redis' clock.
extern const RedisScript take_script;

/// ARGV 3: an id, 4: when the permission was given, 5: as above.
extern const RedisScript answered_script;

/// ARGV 3: milliseconds of silence that the API asked for.
extern const RedisScript throttled_script;

}  // namespace taskqueue
