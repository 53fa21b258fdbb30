using System;
using System.Collections.Generic;
using System.IO;
using System.ServiceProcess;
using System.Threading;

public class HeartBeatService : ServiceBase
{
    private Timer timer;
    private string file = @"C:\Logs\HeartBeatService.log";
    private string message = "Heartbeat Service";

    public HeartBeatService() { ServiceName = "AWSHeartbeatService"; }

    public static void Main() { Run(new HeartBeatService()); }

    protected override void OnStart(string[] args)
    {
        int seconds = 10;
        foreach (var entry in Settings(Path.Combine(AppDomain.CurrentDomain.BaseDirectory, "HeartBeat.config")))
        {
            if (entry.Key == "LogFile") { file = entry.Value; }
            if (entry.Key == "Message") { message = entry.Value; }
            if (entry.Key == "Seconds") { seconds = int.Parse(entry.Value); }
        }
        timer = new Timer(_ => Beat(), null, TimeSpan.Zero, TimeSpan.FromSeconds(seconds));
    }

    protected override void OnStop() { timer.Dispose(); }

    private void Beat()
    {
        File.AppendAllText(file, DateTime.Now.ToString("yyyy-MM-dd HH:mm:ss") + " " + message + Environment.NewLine);
    }

    private static IEnumerable<KeyValuePair<string, string>> Settings(string path)
    {
        foreach (string line in File.ReadAllLines(path))
        {
            int at = line.IndexOf('=');
            if (at > 0) { yield return new KeyValuePair<string, string>(line.Substring(0, at), line.Substring(at + 1)); }
        }
    }
}
