using System.Globalization;
using System.Text;

namespace DeviceAgent.Testbed.Demo;

/// <summary>
/// <c>recording.csv</c> in a device's folder, which its agent replays: the recording, turned so that it begins behind the newest reading in the device's table. So the
/// devices of a testbed that is started again go on where they were, whatever became of their spools.
/// </summary>
internal static class DeviceRecording
{
    public const string FileName = "recording.csv";

    /// <param name="folder">The device's.</param>
    /// <param name="newest">The newest timestamp in its table; null when that is empty.</param>
    public static void Write(string folder, DateTime? newest)
    {
        var path = Path.Combine(folder, FileName);
        if (newest is null)
        {
            File.Copy(RoomReadings.Path, path, overwrite: true);
            return;
        }

        var readings = RoomReadings.Load();
        var rows = File.ReadAllLines(RoomReadings.Path);
        var text = new StringBuilder().Append(rows[0]).Append('\n');
        var first = readings.BeginningAfter(newest.Value);
        for (var number = first; number < first + readings.Count; number++)
        {
            var fields = rows[1 + (int)(number % readings.Count)].Split(',');
            fields[1] = readings.TimestampOf(number).ToString("'\"'yyyy-MM-dd HH:mm:ss'\"'", CultureInfo.InvariantCulture);
            text.AppendJoin(',', fields).Append('\n');
        }

        File.WriteAllText(path, text.ToString());
    }
}
