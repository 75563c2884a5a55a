//! What is asked for on the command line.

use std::time::Duration;

use crate::Res;

/// All options; the crate's text says what they do.
pub struct Opts {
    pub cols: u16,
    pub rows: u16,
    pub fonts: Vec<String>,
    pub px: f32,
    pub env: Vec<(String, String)>,
    pub light: bool,
    pub sixel: bool,
    pub mute: bool,
    pub timeout: Duration,
    pub steps: Vec<String>,
    pub cmd: Vec<String>,
}

/// Reads the arguments.
pub fn parse() -> Res<Opts> {
    let mut o = Opts {
        cols: 120,
        rows: 40,
        fonts: vec![],
        px: 18.0,
        env: vec![],
        light: false,
        sixel: false,
        mute: false,
        timeout: Duration::from_secs(20),
        steps: vec![],
        cmd: vec![],
    };
    let mut it = std::env::args().skip(1);
    while let Some(a) = it.next() {
        let mut v = || it.next().ok_or_else(|| format!("{a} needs a value"));
        match a.as_str() {
            "--size" => (o.cols, o.rows) = size(&v()?)?,
            "--font" => o.fonts.push(v()?),
            "--px" => o.px = v()?.parse()?,
            "--env" => {
                let s = v()?;
                let (k, x) = s.split_once('=').ok_or("K=V")?;
                o.env.push((k.into(), x.into()))
            }
            "--light" => o.light = true,
            "--sixel" => o.sixel = true,
            "--mute" => o.mute = true,
            "--timeout" => o.timeout = Duration::from_secs_f32(v()?.parse()?),
            "--do" => o.steps.push(v()?),
            "--" => {
                o.cmd = it.by_ref().collect();
                break;
            }
            _ => return Err(format!("unknown option {a}").into()),
        }
    }
    if o.fonts.is_empty() {
        o.fonts = ["/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"].map(String::from).to_vec()
    }
    if o.cmd.is_empty() {
        return Err("no program given after --".into());
    }
    Ok(o)
}
/// `COLSxROWS`.
pub fn size(s: &str) -> Res<(u16, u16)> {
    let (a, b) = s.split_once('x').ok_or("size is COLSxROWS")?;
    Ok((a.parse()?, b.parse()?))
}
