// Everybody who is connected, and who of them can be spared most easily when there are too many.
#pragma once

#include <array>
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

/// Those who can be spared, the first kind before the second, in each kind the one who came to it first.
enum class Line : std::size_t {
  stranger,  // has not asked anything that was answered well
  known,     // has, and says nothing now
  reader,    // takes its answer: one who takes it quickly is never the first of this line
};

/// For the server's thread only.
class Crowd {
 public:
  explicit Crowd(std::size_t capacity) : capacity_(capacity) {}

  /// True if one more may enter. A full crowd first loses the guest whom it can spare; false: it can spare nobody.
  bool make_room();
  /// Closes the guest who can be spared most easily. False if nobody stands in a line.
  bool close_one();

  void enter(std::shared_ptr<Guest> guest);
  /// Does nothing for a guest who is not there.
  void leave(Guest& guest);
  /// The guest goes to the end of a line; one who stands in it already keeps its place.
  void begin_waiting(Guest& guest, Line line = Line::stranger);
  /// From now on the guest cannot be spared.
  void end_waiting(Guest& guest);

  /// Asks everybody to end after the request in hand; calls `when_empty` once when the last has left, perhaps at once.
  void wind_down(std::function<void()> when_empty);
  void close_all();

  [[nodiscard]] std::size_t size() const { return guests_.size(); }

 private:
  using Queue = std::list<Guest*>;
  struct Place {
    std::shared_ptr<Guest> guest;
    Queue* line = nullptr;  // null: in none
    Queue::iterator in_line{};
  };

  void tell_if_empty();

  const std::size_t capacity_;
  std::unordered_map<Guest*, Place> guests_;
  std::array<Queue, 3> lines_;
  std::function<void()> when_empty_;
};

}  // namespace taskqueue::web
