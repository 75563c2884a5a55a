//! The same frames as files: pictures, sheets, animations, tables and plots.

mod canvas;
mod comfy_graph;
mod comparison_sheet;
pub mod contact_sheet;
pub mod csv;
pub mod gif;
pub mod html;
pub mod lesson_page;
mod lettering;
pub mod like;
mod markup;
pub mod parameters;
pub mod plots;
pub mod png;
pub mod teaching_sheet;
mod walk_sheet;
pub mod whole_file;
mod x0_picture;

pub use comparison_sheet::{grid_sheet, runs_sheet};
pub use walk_sheet::walk_sheet;
