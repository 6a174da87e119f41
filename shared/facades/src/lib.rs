//! Which façade speaks which dialect over sockets. The one place that knows all their crates, for the functions that serve
//! all façades at once.

use app::sockets::{Destination, Frame, Socket};
use domain::facade::Facade;
use edge::sockets::SocketDialect;

/// How this façade speaks over sockets.
pub fn socket_dialect(facade: Facade) -> &'static dyn SocketDialect {
    match facade {
        Facade::Meetings => meetings::SOCKET,
        Facade::Consultations => consultations::SOCKET,
        Facade::Mentorship => mentorship::SOCKET,
        Facade::Tutoring => tutoring::SOCKET,
    }
}

/// The façade in whose API a handshake's address is, and what it asks for.
pub fn at(query: &dyn Fn(&str) -> Option<String>) -> Option<(Facade, Destination)> {
    Facade::ALL.into_iter().find_map(|facade| Some((facade, socket_dialect(facade).address(query)?)))
}

/// The text of a frame, as the façade of this socket writes it.
pub fn frame(socket: &Socket, frame: &Frame<'_>) -> String {
    socket_dialect(socket.facade).frame(socket, frame)
}
