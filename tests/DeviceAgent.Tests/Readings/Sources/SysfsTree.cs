namespace DeviceAgent.Tests.Readings.Sources;

/// <summary>A sysfs as the kernel makes it: devices in a tree, classes and buses full of links to them.</summary>
internal sealed class SysfsTree : IDisposable
{
    /// <summary>The I2C controller of a Raspberry Pi.</summary>
    public const string I2C = "platform/soc/fe804000.i2c/i2c-1";

    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.Path;

    /// <summary>A hardware monitor on a device.</summary>
    /// <param name="number">The N of hwmonN.</param>
    /// <param name="device">Below /sys/devices.</param>
    /// <param name="files">Name and content.</param>
    public void Hwmon(int number, string device, params (string Name, string Text)[] files) => Add($"hwmon/hwmon{number}", device, "class/hwmon", files, linksToDevice: true);

    public void Lm75(int number, string device, string celsius) => Hwmon(number, device, ("name", "lm75"), ("temp1_input", $"{decimal.Parse(celsius, System.Globalization.CultureInfo.InvariantCulture) * 1000:0}"));

    /// <summary>An IIO device has no link to the device that it is on.</summary>
    public void Iio(int number, string device, params (string Name, string Text)[] files) => Add($"iio:device{number}", device, "bus/iio/devices", files, linksToDevice: false);

    public void Zone(int number, string type, string milli) => Add($"thermal_zone{number}", "virtual/thermal", "class/thermal", [("type", type), ("temp", milli)], linksToDevice: false);

    /// <summary>The device, with all that is on it, goes.</summary>
    public void Remove(string entry)
    {
        var link = new DirectoryInfo(_folder.File(entry));
        var target = System.IO.Path.GetFullPath(link.LinkTarget!, System.IO.Path.GetDirectoryName(link.FullName)!);
        link.Delete();
        Directory.Delete(target, recursive: true);
    }

    /// <summary>The machine is started again: nothing has its number yet.</summary>
    public void Clear()
    {
        foreach (var folder in Directory.GetDirectories(_folder.Path)) Directory.Delete(folder, recursive: true);
    }

    public void Write(string path, string text) => _folder.Write(path, text + "\n");

    public void Dispose() => _folder.Dispose();

    private void Add(string entry, string device, string @class, (string Name, string Text)[] files, bool linksToDevice)
    {
        var name = System.IO.Path.GetFileName(entry);
        foreach (var (file, text) in files) Write($"devices/{device}/{entry}/{file}", text);
        if (linksToDevice) Directory.CreateSymbolicLink(_folder.File($"devices/{device}/{entry}/device"), $"../../../{System.IO.Path.GetFileName(device)}");
        Directory.CreateDirectory(_folder.File(@class));
        var up = string.Concat(Enumerable.Repeat("../", @class.Split('/').Length));
        Directory.CreateSymbolicLink(_folder.File($"{@class}/{name}"), $"{up}devices/{device}/{entry}");
    }
}
