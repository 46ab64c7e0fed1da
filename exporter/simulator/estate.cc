#include "exporter/simulator/estate.h"

#include <utility>

#include "exporter/simulator/chance.h"

namespace taskqueue::simulator {
namespace {

std::uint64_t seed_of(std::uint64_t seed, const Place& place) {
  return mix(seed ^ number_of(place.account->name + "/" + place.service + "/" + std::to_string(place.sub_app_id) + "/" +
                              place.region));
}

std::string owner_of(const Place& place) {
  if (place.sub_app_id != 0) return std::to_string(place.sub_app_id);
  return std::to_string(1250000000 + number_of(place.account->secret_id) % 100000000);
}

}  // namespace

Estate::Estate(CloudPlan plan) : plan_(std::move(plan)) {
  for (const AccountPlan& account : plan_.accounts) {
    for (const TaskQueuePlan& queue : account.queues) {
      Place place{
          .account = &account, .service = queue.service, .sub_app_id = queue.sub_app_id, .region = queue.region};
      place.owner = owner_of(place);
      place.tasks = std::make_unique<World>(queue.world, seed_of(plan_.seed, place));
      places_.push_back(std::move(place));
    }
    for (const BatchPlan& batch : account.batches) {
      Place place{.account = &account, .service = "batch", .region = batch.region};
      place.owner = owner_of(place);
      place.batch = std::make_unique<BatchWorld>(batch.world, seed_of(plan_.seed, place));
      places_.push_back(std::move(place));
    }
  }
}

Estate::~Estate() = default;

const Place* Estate::find(const AccountPlan& account, const Address& address) const {
  for (const Place& place : places_) {
    if (place.account == &account && place.service == address.service && place.sub_app_id == address.sub_app_id &&
        place.region == address.region) {
      return &place;
    }
  }
  return nullptr;
}

const AccountPlan* Estate::account(std::string_view secret_id) const {
  for (const AccountPlan& account : plan_.accounts) {
    if (account.secret_id == secret_id) return &account;
  }
  return nullptr;
}

}  // namespace taskqueue::simulator
