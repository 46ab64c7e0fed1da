// What finding keys needs of its surroundings.
#pragma once

#include "exporter/api/cloud_clock.h"
#include "exporter/api/credentials.h"
#include "exporter/api/quota.h"
#include "exporter/api/transport.h"
#include "exporter/clock.h"
#include "exporter/log.h"
#include "exporter/metrics/instruments.h"
#include "exporter/random.h"

namespace taskqueue {

/// None is owned, all outlive what is made with them.
struct KeyParts {
  Clock& clock;
  Transport& transport;
  QuotaBook& quotas;
  CloudClock& cloud_clock;
  Instruments& instruments;
  Random& random;
  Log& log;
  const Environment& environment;
};

}  // namespace taskqueue
