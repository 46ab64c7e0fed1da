// Everybody who is connected, and who of them has been waiting longest without having asked anything.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <unordered_map>

namespace taskqueue::web {

/// A connection as the crowd sees it.
class Guest {
 public:
  Guest() = default;
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;
  virtual ~Guest() = default;

  /// Ends at once, whatever is under way. Leaves the crowd.
  virtual void close() = 0;
  /// Ends after the request in hand; at once if there is none.
  virtual void wind_down() = 0;
};

/// For the server's thread only.
class Crowd {
 public:
  explicit Crowd(std::size_t capacity) : capacity_(capacity) {}

  /// True if one more may enter. A full crowd first loses the guest who has been waiting longest; false: all are busy.
  bool make_room();
  /// Closes the guest who has been waiting longest. False if nobody waits.
  bool close_longest_waiting();

  void enter(std::shared_ptr<Guest> guest);
  /// Does nothing for a guest who is not there.
  void leave(Guest& guest);
  /// From now on the guest has no complete request; a guest who waits already keeps its place in the line.
  void begin_waiting(Guest& guest);
  void end_waiting(Guest& guest);

  /// Asks everybody to end after the request in hand; calls `when_empty` once when the last has left, perhaps at once.
  void wind_down(std::function<void()> when_empty);
  void close_all();

  [[nodiscard]] std::size_t size() const { return guests_.size(); }

 private:
  using Line = std::list<Guest*>;
  struct Place {
    std::shared_ptr<Guest> guest;
    Line::iterator in_line;  // end(): does not wait
  };

  void tell_if_empty();

  const std::size_t capacity_;
  std::unordered_map<Guest*, Place> guests_;
  Line line_;  // those who wait, longest first
  std::function<void()> when_empty_;
};

}  // namespace taskqueue::web
