#include "exporter/web/crowd.h"

#include <string>
#include <vector>

#include "tests/catch.h"

using namespace taskqueue::web;

namespace {

/// Leaves at once when closed; keeps a diary.
class Visitor final : public Guest {
 public:
  Visitor(Crowd& crowd, std::string name, std::vector<std::string>& diary)
      : crowd_(crowd), name_(std::move(name)), diary_(diary) {}
  void close() override {
    diary_.push_back(name_ + " closed");
    crowd_.leave(*this);
  }
  void wind_down() override {
    diary_.push_back(name_ + " winds down");
    if (idle) crowd_.leave(*this);
  }
  bool idle = false;

 private:
  Crowd& crowd_;
  const std::string name_;
  std::vector<std::string>& diary_;
};

struct Party {
  std::vector<std::string> diary;
  Crowd crowd{2};

  Visitor& enter(const std::string& name) {
    auto visitor = std::make_shared<Visitor>(crowd, name, diary);
    Visitor& reference = *visitor;
    crowd.enter(std::move(visitor));
    return reference;
  }
};

}  // namespace

TEST_CASE("a full crowd loses the one who has been waiting longest", "[web][crowd]") {
  Party party;
  Visitor& first = party.enter("first");
  Visitor& second = party.enter("second");
  party.crowd.begin_waiting(second);
  party.crowd.begin_waiting(first);
  CHECK(party.crowd.make_room());
  CHECK(party.diary == std::vector<std::string>{"second closed"});
  CHECK(party.crowd.size() == 1);
}

TEST_CASE("who waits already keeps its place in the line", "[web][crowd]") {
  Party party;
  Visitor& first = party.enter("first");
  Visitor& second = party.enter("second");
  party.crowd.begin_waiting(first);
  party.crowd.begin_waiting(second);
  party.crowd.begin_waiting(first);
  CHECK(party.crowd.close_one());
  CHECK(party.diary == std::vector<std::string>{"first closed"});
}

TEST_CASE("a full crowd in which everybody is busy has no room", "[web][crowd]") {
  Party party;
  Visitor& first = party.enter("first");
  party.enter("second");
  party.crowd.begin_waiting(first);
  party.crowd.end_waiting(first);
  CHECK_FALSE(party.crowd.make_room());
  CHECK(party.diary.empty());
}

TEST_CASE("strangers are spared before those who are known, and these before those who read", "[web][crowd]") {
  Party party;
  Visitor& reader = party.enter("reader");
  Visitor& known = party.enter("known");
  Visitor& stranger = party.enter("stranger");
  party.enter("busy");
  party.crowd.begin_waiting(reader, Line::reader);
  party.crowd.begin_waiting(known, Line::known);
  party.crowd.begin_waiting(stranger, Line::stranger);
  while (party.crowd.close_one()) continue;
  CHECK(party.diary == std::vector<std::string>{"stranger closed", "known closed", "reader closed"});
  CHECK(party.crowd.size() == 1);
}

TEST_CASE("who changes to another line begins at its end", "[web][crowd]") {
  Party party;
  Visitor& first = party.enter("first");
  Visitor& second = party.enter("second");
  party.crowd.begin_waiting(first, Line::known);
  party.crowd.begin_waiting(second, Line::known);
  party.crowd.begin_waiting(first, Line::reader);
  party.crowd.begin_waiting(first, Line::known);
  CHECK(party.crowd.close_one());
  CHECK(party.diary == std::vector<std::string>{"second closed"});
}

TEST_CASE("a crowd with room closes nobody", "[web][crowd]") {
  Party party;
  party.crowd.begin_waiting(party.enter("first"));
  CHECK(party.crowd.make_room());
  CHECK(party.diary.empty());
}

TEST_CASE("winding down tells once when the last has left", "[web][crowd]") {
  Party party;
  Visitor& busy = party.enter("busy");
  party.enter("idle").idle = true;
  int empty = 0;
  party.crowd.wind_down([&] { ++empty; });
  CHECK(party.crowd.size() == 1);
  CHECK(empty == 0);
  party.crowd.leave(busy);
  CHECK(empty == 1);
}

TEST_CASE("winding down an empty crowd tells at once", "[web][crowd]") {
  Party party;
  int empty = 0;
  party.crowd.wind_down([&] { ++empty; });
  CHECK(empty == 1);
}

TEST_CASE("closing all empties the crowd", "[web][crowd]") {
  Party party;
  party.enter("first");
  party.crowd.begin_waiting(party.enter("second"));
  party.crowd.close_all();
  CHECK(party.crowd.size() == 0);
  CHECK_FALSE(party.crowd.close_one());
}
