//! tuishot: run a terminal program in a pseudo-terminal, drive it with keys, wait for text,
//! and write PNG pictures of the cell grid. No display server needed.
//!
//! tuishot [--size COLSxROWS] [--font FILE]... [--px N] [--env K=V]... [--light] [--sixel] [--mute]
//!         [--timeout SECS] --do STEP [--do STEP]... -- PROGRAM [ARG]...
//! Steps, run in order:
//!   wait:TEXT      until TEXT is on the screen        gone:TEXT   until it is not
//!   quiet:MS       until no output for MS             sleep:MS    fixed pause
//!   type:TEXT      send TEXT literally                key:NAME    enter esc tab space up down left right
//!                                                                 bs home end pgup pgdn f1..f4 ctrl-x alt-x
//!   size:COLSxROWS resize                             shot:FILE   write a PNG
//!   text:FILE      write the screen as plain text     sig:NAME    send TERM HUP INT TSTP CONT
//!   exit:          wait for the program to end and print its status and whether modes were restored

mod arguments;
mod drawing;
mod shapes;
mod terminal;

use std::io::{Read, Write};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use ab_glyph::{Font, FontVec, PxScale, ScaleFont};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use arguments::{Opts, parse, size};
use drawing::draw;
use terminal::{Term, key};

type Res<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Res<()> {
    let o = parse()?;
    let fonts: Vec<FontVec> = o
        .fonts
        .iter()
        .map(|f| -> Res<FontVec> {
            Ok(FontVec::try_from_vec(std::fs::read(f).map_err(|e| format!("{f}: {e}"))?)?)
        })
        .collect::<Res<_>>()?;
    let sc = fonts[0].as_scaled(PxScale::from(o.px));
    let cell = (sc.h_advance(fonts[0].glyph_id('M')).round() as u16, sc.height().ceil() as u16);
    let pty = native_pty_system().openpty(PtySize {
        rows: o.rows,
        cols: o.cols,
        pixel_width: cell.0 * o.cols,
        pixel_height: cell.1 * o.rows,
    })?;
    let prog = if o.cmd[0].contains('/') {
        std::fs::canonicalize(&o.cmd[0]).map_err(|e| format!("{}: {e}", o.cmd[0]))?.into_os_string()
    } else {
        (&o.cmd[0]).into()
    };
    let mut cb = CommandBuilder::new(prog);
    cb.args(&o.cmd[1..]);
    cb.cwd(std::env::current_dir()?);
    for k in ["TMUX", "TERM_PROGRAM", "KITTY_WINDOW_ID", "NO_COLOR", "WT_SESSION"] {
        cb.env_remove(k)
    }
    cb.env("TERM", "xterm-256color");
    cb.env("COLORTERM", "truecolor");
    cb.env("LANG", "C.UTF-8");
    for (k, v) in &o.env {
        if v.is_empty() { cb.env_remove(k) } else { cb.env(k, v) }
    }
    let mut child = pty.slave.spawn_command(cb)?;
    drop(pty.slave);
    let pid = child.process_id().unwrap_or(0);
    let mut rd = pty.master.try_clone_reader()?;
    let (tx, rx) = channel();
    std::thread::spawn(move || {
        let mut b = [0u8; 65536];
        while let Ok(n) = rd.read(&mut b) {
            if n == 0 || tx.send(b[..n].to_vec()).is_err() {
                break;
            }
        }
    });
    let w = pty.master.take_writer()?;
    let nz = |v: u16| std::num::NonZeroU16::new(v.max(1)).unwrap();
    let mut t = Term {
        parser: vt100::Parser::new(nz(o.rows), nz(o.cols), 0),
        rx,
        w,
        last: Instant::now(),
        o,
        cell,
        eof: false,
        bytes: 0,
    };
    for s in t.o.steps.clone() {
        let (k, v) = s.split_once(':').ok_or_else(|| format!("bad step {s}"))?;
        match k {
            "wait" => t.until(&s, |t| t.parser.screen().contents().contains(v))?,
            "gone" => t.until(&s, |t| !t.parser.screen().contents().contains(v))?,
            "quiet" => {
                let ms = Duration::from_millis(v.parse()?);
                t.last = Instant::now();
                t.until(&s, |t| t.last.elapsed() >= ms)?
            }
            "sleep" => {
                let e = Instant::now() + Duration::from_millis(v.parse()?);
                while Instant::now() < e {
                    t.pump(e - Instant::now())?;
                    if t.eof {
                        break;
                    }
                }
            }
            "type" => {
                t.w.write_all(v.as_bytes())?;
                t.w.flush()?
            }
            "key" => {
                t.w.write_all(&key(v))?;
                t.w.flush()?
            }
            "size" => {
                let (c, r) = size(v)?;
                pty.master.resize(PtySize {
                    rows: r,
                    cols: c,
                    pixel_width: cell.0 * c,
                    pixel_height: cell.1 * r,
                })?;
                t.parser.screen_mut().set_size(nz(r), nz(c));
                (t.o.cols, t.o.rows) = (c, r)
            }
            "shot" => {
                let n = Instant::now();
                draw(t.parser.screen(), &fonts, t.o.px, cell, t.o.light).save(v)?;
                eprintln!(
                    "{v}: {}x{} cells, drawn in {:?}, {} bytes of output so far",
                    t.o.cols,
                    t.o.rows,
                    n.elapsed(),
                    t.bytes
                )
            }
            "text" => std::fs::write(v, t.parser.screen().contents())?,
            "sig" => {
                std::process::Command::new("kill")
                    .args([format!("-{v}"), pid.to_string()])
                    .status()?;
            }
            "exit" => {
                let end = Instant::now() + t.o.timeout;
                let st = loop {
                    t.pump(Duration::from_millis(20))?;
                    if let Some(s) = child.try_wait()? {
                        break Some(s);
                    }
                    if Instant::now() > end {
                        break None;
                    }
                };
                while t.pump(Duration::from_millis(50))?
                    && t.last.elapsed() < Duration::from_millis(200)
                {}
                let sc = t.parser.screen();
                println!(
                    "status {st:?}; alternate screen {}; cursor hidden {}; bracketed paste {}; mouse {:?}",
                    sc.alternate_screen(),
                    sc.hide_cursor(),
                    sc.bracketed_paste(),
                    sc.mouse_protocol_mode()
                );
            }
            _ => return Err(format!("unknown step {s}").into()),
        }
    }
    let _ = child.kill();
    Ok(())
}
